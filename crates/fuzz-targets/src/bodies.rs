//! Bodies of every area.

use adapters_http::fuzzing::{form, json};
use application::fuzzing::Body;
use application::{
    AmendmentFields, BookingFields, CreateWorkspace, DeliverListings, EditCalendar, EnableWebhook,
    IntegrationAccountFields, ListingFields, ListingIds, LocationFields, MoveIntegrationAccount, PromotionFields,
    PutEventConsumer, PutImportPolicy, RejectListing, RenameWorkspace, ReplaceCharges, SetTenantStatus, StayFields,
    TenantFields, UpdateWorkspace, UserFields, WebhookFields,
};

use crate::refusals::{assert_named, assert_plain, assert_unreadable};

/// The format of a body.
#[derive(Clone, Copy)]
enum Format {
    Json,
    Form,
}

/// The name of a command, and the reader of its body.
type Named = (&'static str, fn(Format, &[u8]));

/// Lists bodies by the types of their commands, each with its reader.
macro_rules! bodies {
    ($($command:ident),+ $(,)?) => {
        [$((stringify!($command), read::<$command> as fn(Format, &[u8]))),+]
    };
}

const BODIES: [Named; 23] = bodies![
    AmendmentFields,
    BookingFields,
    CreateWorkspace,
    DeliverListings,
    EditCalendar,
    EnableWebhook,
    IntegrationAccountFields,
    ListingFields,
    ListingIds,
    LocationFields,
    MoveIntegrationAccount,
    PromotionFields,
    PutEventConsumer,
    PutImportPolicy,
    RejectListing,
    RenameWorkspace,
    ReplaceCharges,
    SetTenantStatus,
    StayFields,
    TenantFields,
    UpdateWorkspace,
    UserFields,
    WebhookFields,
];

/// The commands that forms may have.
const FORMS: [&str; 4] = ["LocationFields", "SetTenantStatus", "TenantFields", "UserFields"];

/// Reads a body. The first line names its command, and `form` if it is one.
pub(crate) fn bodies(data: &[u8]) {
    let Some(end) = data.iter().position(|byte| *byte == b'\n') else { return };
    let (line, body) = (String::from_utf8_lossy(&data[..end]), &data[end + 1..]);
    let (name, format) = line.strip_suffix(" form").map_or((&*line, Format::Json), |name| (name, Format::Form));
    let is_read = matches!(format, Format::Json) || FORMS.contains(&name);
    if let Some((_, read)) = BODIES.iter().find(|(known, _)| *known == name && is_read) {
        read(format, body);
    }
}

fn read<T: Body>(format: Format, body: &[u8]) {
    let command = match format {
        Format::Json => json::<T>(body),
        Format::Form => form::<T>(body),
    };
    match command {
        Ok(command) => {
            let checked = command.check();
            assert_eq!(checked, command.check(), "a command is read alike each time");
            if let Err(refused) = checked {
                assert_named(&refused, &T::names());
            }
        }
        Err(refused) => {
            assert_unreadable(&refused);
            assert_plain(&refused, body);
        }
    }
}
