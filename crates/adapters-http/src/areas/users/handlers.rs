//! One function per operation.

use std::convert::identity;

use actix_web::{HttpResponse, web};
use application::Code::{
    EmailTaken, LastAdministrator, LocationNotFound, SupportRestricted, TenantInactive, UserNotFound,
};
use application::{CreateUserBody, FindUsers, Paging, ReplaceUserBody, UserFields};
use domain::access::Permission;
use domain::ids::UserId;
use domain::users::ApiUser;

use super::views::{MeView, UserView};
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::request::paging::ListQuery;
use crate::request::parts::{ChangeRequest, ListRequest};
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, Data, counted, created, ok, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the users at home in the tenant of the request, oldest first.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "listUsers", tag = "users",
    params(FindUsers, Paging, TenantHeaders),
    responses((status = 200, body = ListView<UserView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn list((api, caller, query, request): ListRequest<InTenant, ListQuery<FindUsers>>) -> Answer {
    let listed = api.users.list(&caller, query.input()).await?;
    Ok(list::list(&request, listed, UserView::from, |user| user.id().as_uuid()))
}

/// Counts the users at home in the tenant of the request.
#[utoipa::path(get, path = "/api/v1/users/count", operation_id = "countUsers", tag = "users",
    params(FindUsers, TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant, query: Query<FindUsers>) -> Answer {
    let count = api.users.count(&caller, query.0).await?;
    Ok(counted(count))
}

/// Returns the user of the request's key, in an inactive tenant too.
#[utoipa::path(get, path = "/api/v1/users/me", operation_id = "getMe", tag = "users",
    params(TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<MeView>)))]
pub(crate) async fn me(api: web::Data<Api>, caller: InTenant) -> Answer {
    let me = api.users.me(&caller).await?;
    Ok(tagged(ok(MeView::from(me))))
}

/// Creates a user at home in the tenant of the request. Requires ADMIN.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "createUser", tag = "users",
    params(TenantHeaders), request_body = CreateUserBody,
    responses(
        (status = 201, body = Data<UserView>, links(
            ("createApiKey" = (operation_id = "createApiKey",
                description = "Send the new user's id as `user_id` in the body.")))),
        Refuses<{ codes(&[TenantInactive, SupportRestricted, LocationNotFound, EmailTaken]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let answer = |user: ApiUser| created(UserView::from(user));
    let (caller, body, idempotent) =
        body.read_idempotent::<UserFields, _, _>(caller, Permission::Admin, answer).await?;
    let done = api.users.create(&caller, body, &idempotent).await?;
    Ok(tagged(done.reply(answer)))
}

/// Returns a user at home in the tenant of the request.
#[utoipa::path(get, path = "/api/v1/users/{id}", operation_id = "getUser", tag = "users",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<UserView>), Refuses<{ codes(&[TenantInactive, UserNotFound]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: InTenant, id: PathId<UserId>) -> Answer {
    let user = api.users.get(&caller, id.0).await?;
    Ok(tagged(ok(UserView::from(user))))
}

/// Changes a user's fields; the name must be sent. Requires ADMIN.
#[utoipa::path(put, path = "/api/v1/users/{id}", operation_id = "replaceUser", tag = "users",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = ReplaceUserBody,
    responses((status = 200, body = Data<UserView>),
        Refuses<{ codes(&[
            TenantInactive, SupportRestricted, UserNotFound, LocationNotFound, EmailTaken, LastAdministrator
        ]) }>))]
pub(crate) async fn replace(request: ChangeRequest<InTenant, UserId>) -> Answer {
    change(request, UserFields::complete).await
}

/// Changes a user's fields. Requires ADMIN.
#[utoipa::path(patch, path = "/api/v1/users/{id}", operation_id = "updateUser", tag = "users",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = UserFields,
    responses((status = 200, body = Data<UserView>),
        Refuses<{ codes(&[
            TenantInactive, SupportRestricted, UserNotFound, LocationNotFound, EmailTaken, LastAdministrator
        ]) }>))]
pub(crate) async fn update(request: ChangeRequest<InTenant, UserId>) -> Answer {
    change(request, identity).await
}

async fn change(
    (api, caller, id, if_match, body): ChangeRequest<InTenant, UserId>,
    complete: fn(UserFields) -> UserFields,
) -> Answer {
    let (caller, body) = body.read(caller, Permission::Admin).await?;
    let input = body.map(complete);
    let user = api.users.update(&caller, id.0, input, &if_match.on(UserView::from)).await?;
    Ok(tagged(ok(UserView::from(user))))
}

/// Deletes a user. The user's keys are refused from now on. Requires ADMIN.
#[utoipa::path(delete, path = "/api/v1/users/{id}", operation_id = "deleteUser", tag = "users",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 204, description = "Deleted."),
        Refuses<{ codes(&[TenantInactive, SupportRestricted, UserNotFound, LastAdministrator]) }>))]
pub(crate) async fn delete((api, caller, id, if_match, body): ChangeRequest<InTenant, UserId>) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Admin))?;
    api.users.delete(&caller, id.0, &if_match.on(UserView::from)).await?;
    Ok(HttpResponse::NoContent().finish())
}
