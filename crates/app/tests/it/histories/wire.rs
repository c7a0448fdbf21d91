//! Calls as requests, and responses as answers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::record::{Answer, Call, Kind, SEASON, Seen, Status, Stay, TENANTS};
use crate::support::{Answer as Response, booking, id_of};

/// A listing, with the tenants that may own, import and sell it.
pub(super) struct Scene {
    pub(super) tenants: [String; TENANTS],
    pub(super) account: String,
    pub(super) listing: String,
    /// The reservations of which the clients have heard.
    pub(super) sales: Mutex<Vec<Sold>>,
    /// The tenant that is believed to be the owner.
    pub(super) owner: AtomicUsize,
}

/// A reservation of which a client has heard.
#[derive(Clone)]
pub(super) struct Sold {
    pub(super) mark: u16,
    pub(super) seller: usize,
    id: String,
}

impl Scene {
    pub(super) fn new(tenants: [String; TENANTS], account: String, listing: String) -> Self {
        Self { tenants, account, listing, sales: Mutex::default(), owner: AtomicUsize::new(0) }
    }

    /// Returns the method, the path and the body of a call.
    pub(super) fn request(&self, call: &Call) -> (&'static str, String, Option<Value>) {
        let Self { listing, account, .. } = self;
        let of_account = format!("/api/v1/integration-account/{account}");
        let of_listing = format!("/api/v1/listing/{listing}");
        let of_calendar = format!("/api/v1/availability/{listing}");
        let sale = |mark: u16| format!("/api/v1/reservation/{}", self.id(mark));
        let status = |active: bool| json!({ "status": if active { "ACTIVE" } else { "INACTIVE" } });
        let listings = Some(json!({ "listingIDs": [listing] }));
        match *call {
            Call::Book { mark, stay, kind } => {
                let body = self.booking(mark, stay, kind);
                ("POST", "/api/v1/reservation".to_owned(), Some(body))
            }
            Call::Amend { mark, stay } => {
                let dates = json!({ "checkInDate": day(stay.first), "checkOutDate": day(stay.end) });
                ("PATCH", sale(mark), Some(dates))
            }
            Call::Confirm { mark } => ("POST", format!("{}/confirm", sale(mark)), None),
            Call::Cancel { mark } => ("DELETE", sale(mark), None),
            Call::Read { mark } => ("GET", sale(mark), None),
            Call::List => ("GET", format!("/api/v1/reservation?per_page=100&listingID={listing}"), None),
            Call::Calendar => {
                let (start, end) = (day(0), day(SEASON));
                ("GET", format!("{of_calendar}?startDate={start}&endDate={end}"), None)
            }
            Call::Look => ("GET", of_listing, None),
            Call::Edit { nights, blocked, price } => {
                let mut range = json!({ "startDate": day(nights.first), "endDate": day(nights.end) });
                if let Some(blocked) = blocked {
                    range["status"] = json!(if blocked { "NOT_AVAILABLE" } else { "AVAILABLE" });
                }
                if let Some(price) = price {
                    range["price"] = json!(price);
                }
                ("PUT", of_calendar, Some(json!({ "ranges": [range] })))
            }
            Call::Import => ("POST", "/api/v1/tenants/import-listings".to_owned(), listings),
            Call::Remove => ("POST", "/api/v1/tenants/remove-imported-listings".to_owned(), listings),
            Call::Move { to } => {
                let target = json!({ "tenantID": self.tenants[to] });
                ("PATCH", format!("{of_account}/move-tenant"), Some(target))
            }
            Call::AllowImport(allowed) => ("PATCH", of_account, Some(json!({ "allowImport": allowed }))),
            Call::SetAccount { active } => ("PATCH", of_account, Some(status(active))),
            Call::SetListing { active } => ("PATCH", of_listing, Some(status(active))),
            Call::SetTenant { tenant, active } => {
                let verb = if active { "activate" } else { "deactivate" };
                ("PUT", format!("/api/v1/tenants/{}/{verb}", self.tenants[tenant]), Some(json!({})))
            }
            Call::DeleteListing => ("DELETE", of_listing, None),
            Call::DeleteAccount => ("DELETE", of_account, None),
            Call::Sweep { .. } => unreachable!("the service sweeps by itself"),
        }
    }

    fn booking(&self, mark: u16, stay: Stay, kind: Kind) -> Value {
        let mut body = booking(&self.listing, &day(stay.first), &day(stay.end));
        body["notes"] = json!(mark.to_string());
        if kind != Kind::Instant {
            body["reservationType"] = json!("PENDING_CONFIRMATION");
        }
        if let Kind::HoldUntil(end) = kind {
            let end = DateTime::from_timestamp_millis(end).expect("a time");
            body["holdExpiresAt"] = json!(end.to_rfc3339_opts(SecondsFormat::Millis, true));
        }
        body
    }

    fn id(&self, mark: u16) -> String {
        let sales = self.sales.lock().expect("no panic");
        sales.iter().find(|sale| sale.mark == mark).map(|sale| sale.id.clone()).expect("a known reservation")
    }

    /// Returns the answer that a response gives, or `None` if it leaves open whether the call has taken effect.
    pub(super) fn answer(&self, call: &Call, response: &Response) -> Option<Answer> {
        let data = &response.json["data"];
        match response.refusal() {
            (503, "unavailable") | (409, "request_in_flight") => return None,
            (200..300, _) => {}
            (_, code) => return Some(Answer::Refused(code.to_owned())),
        }
        Some(match call {
            Call::Book { .. } | Call::Amend { .. } | Call::Confirm { .. } | Call::Cancel { .. } | Call::Read { .. } => {
                Answer::Sale(self.seen(data))
            }
            Call::List => {
                let mut sales: Vec<_> = items(data).map(|sale| self.seen(sale)).collect();
                sales.sort_by_key(|sale| sale.mark);
                Answer::Sales(sales)
            }
            Call::Calendar => Answer::Nights(
                items(data).map(|night| (night["status"] == "AVAILABLE", whole(&night["price"]))).collect(),
            ),
            Call::Look => {
                Answer::Listing { own: data["is_tenant_owned"] == true, available: data["isAvailable"] == true }
            }
            Call::Move { to } => {
                self.owner.store(*to, Ordering::Relaxed);
                Answer::Moved { ended: whole(&response.json["moved"]["importsEnded"]) }
            }
            _ => Answer::Done,
        })
    }

    fn seen(&self, sale: &Value) -> Seen {
        let tenant = |field: &str| self.tenants.iter().position(|tenant| sale[field] == tenant.as_str());
        let tenant = |field: &str| tenant(field).unwrap_or_else(|| panic!("{field} of {sale}"));
        let night = |field: &str| {
            let day = sale[field].as_str().and_then(|day| day.strip_prefix("2060-06-"));
            day.and_then(|day| day.parse::<usize>().ok()).map_or(SEASON + 1, |day| day - 1)
        };
        let mark = sale["notes"].as_str().and_then(|mark| mark.parse().ok()).expect("a mark");
        let seller = tenant("soldByTenantID");
        let mut known = self.sales.lock().expect("no panic");
        if known.iter().all(|sold| sold.mark != mark) {
            known.push(Sold { mark, seller, id: id_of(sale) });
        }
        Seen {
            mark,
            owner: tenant("tenantID"),
            seller,
            stay: Stay { first: night("checkInDate"), end: night("checkOutDate") },
            total: whole(&sale["totalPrice"]),
            status: match sale["status"].as_str() {
                Some("PENDING") => Status::Pending,
                Some("CONFIRMED") => Status::Confirmed,
                Some("CANCELLED") => Status::Cancelled,
                Some("EXPIRED") => Status::Expired,
                _ => panic!("{sale}"),
            },
            revision: whole(&sale["revision"]),
        }
    }
}

/// Returns the day on which a night of the season begins.
fn day(night: usize) -> String {
    format!("2060-06-{:02}", night + 1)
}

fn items(data: &Value) -> impl Iterator<Item = &Value> {
    data.as_array().expect("a list").iter()
}

fn whole(number: &Value) -> u16 {
    let number = number.as_f64().expect("a number");
    format!("{number:.0}").parse().expect("a small number")
}
