"""A Django project in one file: tenants behind a token, with pages, text search and a unique domain.

As a program it makes the tables, reads rows from the standard input, and prints the rows' ids and the tokens of as many users as asked for.
"""

import json
import os
import sys
import uuid

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only-for-measuring",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "rest_framework.authtoken"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": os.environ["DJANGO_DATABASE_PORT"],
                           "USER": "postgres", "NAME": "django", "CONN_MAX_AGE": None}},
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 10,
    },
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from rest_framework import filters, routers, serializers, viewsets  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402


class Tenant(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    city = models.CharField(max_length=200, blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    created = models.DateTimeField(auto_now_add=True, db_index=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "tenants"
        ordering = ["created", "id"]


class TenantSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tenant
        fields = ["id", "name", "domain", "description", "city", "country_code", "created", "updated"]


class TenantViewSet(viewsets.ModelViewSet):
    queryset = Tenant.objects.all()
    serializer_class = TenantSerializer
    filter_backends = [filters.SearchFilter]
    search_fields = ["name", "domain", "description", "city"]


router = routers.SimpleRouter()
router.register("tenants", TenantViewSet)
urlpatterns = router.urls
application = get_wsgi_application()


def fill(users: int):
    call_command("migrate", verbosity=0, interactive=False)
    with connection.schema_editor() as editor:
        editor.create_model(Tenant)
    made = Tenant.objects.bulk_create([Tenant(**row) for row in json.load(sys.stdin)], batch_size=1000)
    tokens = [Token.objects.create(user=User.objects.create(username=f"user{number}")).key for number in range(users)]
    json.dump([[str(tenant.id) for tenant in made], tokens], sys.stdout)


if __name__ == "__main__":
    fill(int(sys.argv[1]))
