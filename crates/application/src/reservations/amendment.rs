//! An amendment, as sent.

use domain::patch::Patch;
use domain::reservations::{GuestCountEdit, GuestEdit, ReservationEdit};
use domain::stays::Stay;
use serde::Deserialize;
use utoipa::ToSchema;

use super::fields::{GUEST, TOTAL};
use crate::input::REQUIRED;
use crate::input::bodies::objects;
use crate::input::reader::{FieldReader, Fields};
use crate::input::wire::digits;
use crate::quotes::GuestCountFields;
use crate::quotes::stay::{CHECK_IN, CHECK_OUT, GUEST_COUNT, GUESTS};

objects!(AmendmentFields, GuestEditFields);

/// The fields of a reservation to change. An absent field is left unchanged. You may send a whole reservation back: its
/// read-only fields are ignored.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = AmendmentBody)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields of an amendment")]
pub struct AmendmentFields {
    /// The day of arrival.
    #[serde(default)]
    #[schema(value_type = Option<chrono::NaiveDate>, nullable = false, example = "2030-01-31")]
    pub check_in_date: Patch<String>,
    /// The day of departure, 1 to 730 nights later.
    #[serde(default)]
    #[schema(value_type = Option<chrono::NaiveDate>, nullable = false, example = "2030-02-03")]
    pub check_out_date: Patch<String>,
    /// The number of guests: adults and children. Without `guestCountInfo`, the number of adults changes.
    #[serde(default)]
    #[schema(value_type = Option<i64>, nullable = false, example = 2, minimum = 1, maximum = 1000)]
    pub guests: Patch<i64>,
    /// All guests by kind.
    #[serde(default)]
    #[schema(value_type = Option<GuestCountFields>, nullable = false)]
    pub guest_count_info: Patch<GuestCountFields>,
    #[serde(default)]
    #[schema(value_type = Option<GuestEditFields>, nullable = false)]
    pub guest: Patch<GuestEditFields>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    pub notes: Patch<String>,
    /// The expected price of the stay. If the price differs, nothing is changed, and the refusal contains it.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, example = 460.64, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub total_price: Option<String>,
    /// Whether only to report the reservation as it would be.
    #[serde(skip)]
    #[schema(ignore)]
    pub dry_run: bool,
}

/// The fields of a guest. An absent field is left unchanged; null clears a field.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = GuestEditBody)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct GuestEditFields {
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Grace", min_length = 1, max_length = 255)]
    pub first_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Hopper", min_length = 1, max_length = 255)]
    pub last_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "grace@example.com", max_length = 254, format = Email)]
    pub email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "+1 212 555 0100", max_length = 32, pattern = "^\\+?[0-9 ./()#x-]*$")]
    pub phone: Patch<String>,
}

impl Fields for AmendmentFields {
    type Values = ReservationEdit;

    fn read(&self, r: &mut FieldReader) -> Option<ReservationEdit> {
        let check_in = r.keep(CHECK_IN, &self.check_in_date);
        let check_out = r.keep(CHECK_OUT, &self.check_out_date);
        if let Some((check_in, check_out)) = check_in.zip(check_out)
            && let Err(error) = Stay::new(check_in, check_out)
        {
            r.refuse(CHECK_OUT, error);
        }
        let guests = self.guests(r);
        let guest = match &self.guest {
            Patch::Set(guest) => r.at(GUEST, |r| guest.read(r)),
            Patch::Keep => GuestEdit::default(),
            Patch::Clear => {
                r.refuse(GUEST, REQUIRED);
                GuestEdit::default()
            }
        };
        let notes = r.clear("notes", &self.notes);
        let total = r.given(TOTAL, &self.total_price);
        Some(ReservationEdit { check_in, check_out, guests, guest, notes, total })
    }
}

impl AmendmentFields {
    fn guests(&self, r: &mut FieldReader) -> Option<GuestCountEdit> {
        let guests = r.keep(GUESTS, &self.guests);
        match &self.guest_count_info {
            Patch::Keep => guests.map(GuestCountEdit::Number),
            Patch::Clear => {
                r.refuse(GUEST_COUNT, REQUIRED);
                None
            }
            Patch::Set(count) => count.read(guests, r).map(GuestCountEdit::ByKind),
        }
    }
}

impl GuestEditFields {
    fn read(&self, r: &mut FieldReader) -> GuestEdit {
        GuestEdit {
            first_name: r.keep("firstName", &self.first_name),
            last_name: r.keep("lastName", &self.last_name),
            email: r.clear("email", &self.email),
            phone: r.clear("phone", &self.phone),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::input::InvalidInput;
    use crate::input::reader::read;
    use crate::outcome::problem::Problem;

    fn edit(body: serde_json::Value) -> Result<ReservationEdit, Vec<String>> {
        let fields: AmendmentFields = serde_json::from_value(body).expect("of the right types");
        read(&fields).map_err(|errors| {
            InvalidInput::from(errors).field_errors().expect("field errors").keys().cloned().collect()
        })
    }

    #[test]
    fn what_is_absent_stays() {
        assert_eq!(edit(json!({})), Ok(ReservationEdit::default()));
        assert_eq!(edit(json!({ "id": 1, "status": "CANCELLED", "components": null })), Ok(ReservationEdit::default()));
        let cleared = edit(json!({ "notes": null, "guest": { "email": null, "phone": " " } })).expect("an edit");
        assert_eq!(cleared.notes, Patch::Clear);
        assert_eq!(cleared.guest, GuestEdit { email: Patch::Clear, phone: Patch::Clear, ..GuestEdit::default() });
    }

    #[test]
    fn guests_are_a_number_or_kinds_that_agree() {
        let number = |guests: i64| GuestCountEdit::Number(guests.try_into().expect("guests"));
        assert_eq!(edit(json!({ "guests": 3 })).expect("an edit").guests, Some(number(3)));
        let kinds = json!({ "adults": 2, "children": 1 });
        let both = edit(json!({ "guests": 3, "guestCountInfo": kinds })).expect("an edit");
        assert!(matches!(both.guests, Some(GuestCountEdit::ByKind(count)) if count.children().get() == 1));
        assert_eq!(edit(json!({ "guests": 2, "guestCountInfo": kinds })), Err(vec![GUESTS.to_owned()]));
    }

    #[test]
    fn all_field_errors_are_told_at_once() {
        let wrong = edit(json!({
            "checkInDate": null, "checkOutDate": "2030-02-30", "guests": 0, "guestCountInfo": null,
            "guest": { "firstName": null, "lastName": "", "email": "grace", "phone": "call me" },
            "notes": "\u{7}", "totalPrice": 1e30,
        }));
        let expected = [
            "checkInDate",
            "checkOutDate",
            "guest.email",
            "guest.firstName",
            "guest.lastName",
            "guest.phone",
            "guestCountInfo",
            "guests",
            "notes",
            "totalPrice",
        ];
        assert_eq!(wrong, Err(expected.map(ToOwned::to_owned).to_vec()));
        let dates = json!({ "checkInDate": "2030-01-10", "checkOutDate": "2030-01-10" });
        assert_eq!(edit(dates), Err(vec![CHECK_OUT.to_owned()]));
        assert_eq!(edit(json!({ "guest": null })), Err(vec![GUEST.to_owned()]));
    }
}
