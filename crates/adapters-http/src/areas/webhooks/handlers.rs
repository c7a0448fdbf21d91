//! One function per operation.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use application::Code::{
    DefaultTenantRequired, EventsGone, PermissionDenied, TenantInactive, TooManyWebhooks, WebhookAlreadyCreated,
    WebhookNotFound, WebhooksNotConfigured,
};
use application::{CreateWebhookBody, EnableWebhook, Paging, TestedWebhook, WebhookFields};
use domain::access::Permission;
use domain::ids::WebhookId;
use serde::de::IgnoredAny;

use super::views::{AttemptView, ListedWebhookView, WebhookView, WebhookWithSecretView};
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::request::extra_time::ExtraTime;
use crate::request::parts::{ChangeRequest, ListRequest};
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::address::url;
use crate::response::json::{Count, Data, counted, created, ok, plain, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::router::BASE;
use crate::state::Api;

/// The time that a receiver has, beyond the time limit of other requests.
const OF_RECEIVER: Duration = Duration::from_secs(15);

/// Grants a request the time that a receiver has, because it waits and uses nothing meanwhile.
pub fn grant_time_of_receiver(request: &HttpRequest) {
    ExtraTime::grant(request, OF_RECEIVER);
}

/// The extractors of a change of one webhook.
type WebhookChange = ChangeRequest<InTenant, WebhookId>;

/// Lists the webhooks of the tenant of the request, oldest first. Requires ADMIN.
///
/// Secrets are not shown.
#[utoipa::path(get, path = "/api/v1/webhooks", operation_id = "listWebhooks", tag = "webhooks",
    params(Paging, TenantHeaders),
    responses((status = 200, body = ListView<ListedWebhookView>),
        Refuses<{ codes(&[TenantInactive, PermissionDenied, WebhooksNotConfigured]) }>))]
pub(crate) async fn list((api, caller, query, request): ListRequest<InTenant, Query<Paging>>) -> Answer {
    let listed = api.webhooks.list(&caller, query.0).await?;
    Ok(list::list(&request, listed, ListedWebhookView::from, |listed| listed.webhook.id().as_uuid()))
}

/// Counts the webhooks of the tenant of the request. Requires ADMIN.
#[utoipa::path(get, path = "/api/v1/webhooks/count", operation_id = "countWebhooks", tag = "webhooks",
    params(TenantHeaders),
    responses((status = 200, body = Count),
        Refuses<{ codes(&[TenantInactive, PermissionDenied, WebhooksNotConfigured]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant) -> Answer {
    let count = api.webhooks.count(&caller).await?;
    Ok(counted(count))
}

/// Creates a webhook, to which the events that come from now on are delivered. Its secret is shown only once. Requires
/// ADMIN.
#[utoipa::path(post, path = "/api/v1/webhooks", operation_id = "createWebhook", tag = "webhooks",
    params(TenantHeaders), request_body = CreateWebhookBody,
    responses((status = 201, body = Data<WebhookWithSecretView>),
        Refuses<{ codes(&[TenantInactive, DefaultTenantRequired, TooManyWebhooks, WebhookAlreadyCreated,
            WebhooksNotConfigured]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: InTenant, body: Body, request: HttpRequest) -> Answer {
    let (caller, body, idempotent) = body.read_repeatable::<WebhookFields, _>(caller, Permission::Admin).await?;
    let base = url(&request, BASE);
    let created_webhook = api.webhooks.create(&caller, body, &base, idempotent).await?;
    Ok(plain(created(WebhookWithSecretView::from(created_webhook))))
}

/// Returns a webhook of the tenant of the request, without its secret. Requires ADMIN.
///
/// Deliveries change it, and its entity tag.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", operation_id = "getWebhook", tag = "webhooks",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<WebhookView>),
        Refuses<{ codes(&[TenantInactive, PermissionDenied, WebhookNotFound, WebhooksNotConfigured]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: InTenant, id: PathId<WebhookId>) -> Answer {
    let webhook = api.webhooks.get(&caller, id.0).await?;
    Ok(tagged(ok(WebhookView::from(webhook))))
}

/// Changes a webhook's address, description and types. Requires ADMIN.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", operation_id = "updateWebhook", tag = "webhooks",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = WebhookFields,
    responses((status = 200, body = Data<WebhookView>),
        Refuses<{ codes(&[TenantInactive, WebhookNotFound, WebhooksNotConfigured]) }>))]
pub(crate) async fn update((api, caller, id, if_match, body): WebhookChange) -> Answer {
    let (caller, body) = body.read::<WebhookFields, _>(caller, Permission::Admin).await?;
    let webhook = api.webhooks.update(&caller, id.0, body, &if_match.on(WebhookView::from)).await?;
    Ok(tagged(ok(WebhookView::from(webhook))))
}

/// Deletes a webhook with its attempts. Requires ADMIN.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", operation_id = "deleteWebhook", tag = "webhooks",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 204, description = "Deleted."),
        Refuses<{ codes(&[TenantInactive, WebhookNotFound, WebhooksNotConfigured]) }>))]
pub(crate) async fn delete((api, caller, id, if_match, body): WebhookChange) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Admin))?;
    api.webhooks.delete(&caller, id.0, &if_match.on(WebhookView::from)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Replaces the secret of a webhook, and shows the new one only once. The previous one signs too for 24 hours. Requires
/// ADMIN.
#[utoipa::path(put, path = "/api/v1/webhooks/{id}/rotate-secret", operation_id = "rotateWebhookSecret", tag = "webhooks",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 200, body = Data<WebhookWithSecretView>),
        Refuses<{ codes(&[TenantInactive, WebhookNotFound, WebhooksNotConfigured]) }>))]
pub(crate) async fn rotate_secret((api, caller, id, if_match, body): WebhookChange) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Admin))?;
    let rotated = api.webhooks.rotate_secret(&caller, id.0, &if_match.on(WebhookView::from)).await?;
    Ok(plain(ok(WebhookWithSecretView::from(rotated))))
}

/// Enables a webhook, where it stopped or at another position, and tries to deliver the next event at once. Requires
/// ADMIN.
#[utoipa::path(put, path = "/api/v1/webhooks/{id}/enable", operation_id = "enableWebhook", tag = "webhooks",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = EnableWebhook,
    responses((status = 200, body = Data<WebhookView>),
        Refuses<{ codes(&[TenantInactive, WebhookNotFound, EventsGone, WebhooksNotConfigured]) }>))]
pub(crate) async fn enable((api, caller, id, if_match, body): WebhookChange) -> Answer {
    let (caller, body) = body.read::<EnableWebhook, _>(caller, Permission::Admin).await?;
    let webhook = api.webhooks.enable(&caller, id.0, body, &if_match.on(WebhookView::from)).await?;
    Ok(tagged(ok(WebhookView::from(webhook))))
}

/// Disables a webhook, which keeps its position. Requires ADMIN.
#[utoipa::path(put, path = "/api/v1/webhooks/{id}/disable", operation_id = "disableWebhook", tag = "webhooks",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 200, body = Data<WebhookView>),
        Refuses<{ codes(&[TenantInactive, WebhookNotFound, WebhooksNotConfigured]) }>))]
pub(crate) async fn disable((api, caller, id, if_match, body): WebhookChange) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Admin))?;
    let webhook = api.webhooks.disable(&caller, id.0, &if_match.on(WebhookView::from)).await?;
    Ok(tagged(ok(WebhookView::from(webhook))))
}

/// Sends a `webhook.test` to the receiver now, and returns what came back. Requires ADMIN.
///
/// The position and the failures of the webhook are unchanged. It may be disabled.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", operation_id = "testWebhook", tag = "webhooks",
    params(("id" = uuid::Uuid, Path), TenantHeaders),
    responses((status = 200, body = Data<AttemptView>),
        Refuses<{ codes(&[TenantInactive, WebhookNotFound, WebhooksNotConfigured]) }>))]
pub(crate) async fn test(
    api: web::Data<Api>,
    caller: InTenant,
    id: PathId<WebhookId>,
    body: Body,
    request: HttpRequest,
) -> Answer {
    let answer = |TestedWebhook(attempt)| ok(AttemptView::from(attempt));
    // The body is ignored, but belongs to the fingerprint of the request.
    let (caller, _, idempotent) = body.read_idempotent::<IgnoredAny, _, _>(caller, Permission::Admin, answer).await?;
    grant_time_of_receiver(&request);
    let done = api.webhooks.test(&caller, id.0, &idempotent).await?;
    Ok(plain(done.reply(answer)))
}

/// Lists the last 100 attempts of a webhook, the newest first. Requires ADMIN.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/attempts", operation_id = "listWebhookAttempts", tag = "webhooks",
    params(("id" = uuid::Uuid, Path), TenantHeaders),
    responses((status = 200, body = Data<Vec<AttemptView>>),
        Refuses<{ codes(&[TenantInactive, PermissionDenied, WebhookNotFound, WebhooksNotConfigured]) }>))]
pub(crate) async fn attempts(api: web::Data<Api>, caller: InTenant, id: PathId<WebhookId>) -> Answer {
    let attempts = api.webhooks.attempts(&caller, id.0).await?;
    Ok(plain(ok(attempts.into_iter().map(AttemptView::from).collect::<Vec<_>>())))
}
