//! The parts that the handlers of a kind of operation extract from a request.

use actix_web::{HttpRequest, web};

use crate::request::body::Body;
use crate::request::if_match::IfMatch;
use crate::request::path_id::PathId;
use crate::state::Api;

/// The parts of a request for a list.
pub(crate) type ListRequest<Caller, Query> = (web::Data<Api>, Caller, Query, HttpRequest);

/// The parts of a request that changes or deletes a resource.
pub(crate) type ChangeRequest<Caller, Id> = (web::Data<Api>, Caller, PathId<Id>, IfMatch, Body);
