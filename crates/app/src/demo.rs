//! The sample data of `serve --demo`, created through the use cases as the administrator of the first workspace.

use std::collections::BTreeMap;

use adapters_http::Api;
use anyhow::Context;
use application::{
    DeliverListings, FindListings, Idempotent, IntegrationAccountFields, List, ListingFields, ListingIds,
    NewWorkspaceKey, Outcome, Paging, Precondition, TenantFields, UpdateWorkspace,
};
use domain::access::{Caller, TenantChoice};
use domain::ids::TenantId;
use domain::listings::TenantListing;
use domain::patch::Patch;

use crate::listings_file::ListingsFile;

/// The name of the sample workspace.
const NAME: &str = "Sample workspace";
/// The name until the workspace is complete, by which a later start recognises an interrupted one.
pub(crate) const UNFINISHED: &str = "Sample workspace (unfinished)";

const LISTINGS: &str = include_str!("../demo/nyc-listings.csv");
/// Times Square.
pub(crate) const PLACE: &str = "40.7580,-73.9855";
/// The search radius in kilometres.
pub(crate) const RADIUS: &str = "5";
/// The number of listings that the channel imports, nearest first.
const IMPORTS: i64 = 12;

/// The tenant that has no listings of its own.
const CHANNEL: &str = "City Channel";
const OWNERS: [Owner; 2] = [
    Owner {
        name: "Manhattan Homes",
        accounts: &[Account { name: "Manhattan Homes", provider: "GUESTY", allow_import: true, areas: &["Manhattan"] }],
    },
    Owner {
        name: "Brooklyn Rooms",
        accounts: &[
            Account { name: "Brooklyn Rooms", provider: "HOSTAWAY", allow_import: true, areas: &["Brooklyn"] },
            Account {
                name: "Not for others",
                provider: "LODGIFY",
                allow_import: false,
                areas: &["Bronx", "Queens", "Staten Island"],
            },
        ],
    },
];

/// A tenant with listings.
struct Owner {
    name: &'static str,
    accounts: &'static [Account],
}

/// An integration account.
struct Account {
    name: &'static str,
    provider: &'static str,
    allow_import: bool,
    /// The areas of its listings.
    areas: &'static [&'static str],
}

/// A tenant of the sample workspace.
pub(crate) struct SampleTenant {
    pub(crate) id: TenantId,
    pub(crate) name: &'static str,
    /// The number of its listings that other tenants may import.
    pub(crate) offered: usize,
    /// The number of its listings that other tenants may not import.
    pub(crate) kept: usize,
    /// The number of listings that it has imported.
    pub(crate) imported: usize,
}

/// Fills a new workspace and returns its tenants, the channel last.
pub(crate) async fn fill(api: &Api, key: &NewWorkspaceKey) -> anyhow::Result<Vec<SampleTenant>> {
    let administrator = Administrator { api, key };
    let mut listings = by_area()?;
    let mut tenants = Vec::new();
    for owner in &OWNERS {
        let mut tenant = administrator.tenant(owner.name).await?;
        for account in owner.accounts {
            let listings: Vec<_> = account.areas.iter().filter_map(|area| listings.remove(*area)).flatten().collect();
            let count = if account.allow_import { &mut tenant.offered } else { &mut tenant.kept };
            *count += listings.len();
            administrator.account(&tenant, account, listings).await?;
        }
        tenants.push(tenant);
    }
    let mut channel = administrator.tenant(CHANNEL).await?;
    channel.imported = administrator.import(&channel).await?;
    tenants.push(channel);
    administrator.finish().await?;
    Ok(tenants)
}

/// Reads the sample listings, by area.
fn by_area() -> anyhow::Result<BTreeMap<String, Vec<ListingFields>>> {
    let mut by_area: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut file = ListingsFile::new(LISTINGS.as_bytes())?;
    while let Some(row) = file.next()? {
        let listing = row.listing.map_err(anyhow::Error::msg).with_context(|| format!("line {}", row.line))?;
        let address = listing.address.clone().value().unwrap_or_default();
        by_area.entry(address.city.value().unwrap_or_default()).or_default().push(listing);
    }
    Ok(by_area)
}

/// The administrator with the first key.
struct Administrator<'a> {
    api: &'a Api,
    key: &'a NewWorkspaceKey,
}

impl Administrator<'_> {
    async fn at(&self, choice: TenantChoice) -> anyhow::Result<Caller> {
        Ok(self.api.authentication.authenticate(&self.key.token, choice).await?)
    }

    async fn tenant(&self, name: &'static str) -> anyhow::Result<SampleTenant> {
        let command = TenantFields {
            name: Patch::Set(name.to_owned()),
            city: Patch::Set("New York".to_owned()),
            country_code: Patch::Set("US".to_owned()),
            ..TenantFields::default()
        };
        let caller = self.at(TenantChoice::Home).await?;
        let tenant = now(self.api.tenants.create(&caller, Ok(command), &Idempotent::default()).await?)?;
        Ok(SampleTenant { id: tenant.id(), name, offered: 0, kept: 0, imported: 0 })
    }

    async fn account(
        &self,
        tenant: &SampleTenant,
        account: &Account,
        listings: Vec<ListingFields>,
    ) -> anyhow::Result<()> {
        let text = |text: &str| Patch::Set(text.to_owned());
        let fields = IntegrationAccountFields {
            name: text(account.name),
            provider: text(account.provider),
            account_identifier: text("sample@example.com"),
            auth_type: text("API_KEY"),
            allow_import: Patch::Set(account.allow_import),
            ..IntegrationAccountFields::default()
        };
        let caller = self.at(TenantChoice::Named(tenant.id)).await?;
        let created = now(self.api.integration_accounts.create(&caller, Ok(fields), &Idempotent::default()).await?)?;
        let delivery = DeliverListings { listings: Some(listings) };
        self.api.listings.deliver(&caller, created.id(), Ok(delivery)).await?;
        Ok(())
    }

    /// Imports the nearest listings that others offer.
    async fn import(&self, channel: &SampleTenant) -> anyhow::Result<usize> {
        let caller = self.at(TenantChoice::Named(channel.id)).await?;
        let filter = FindListings {
            location: Some(PLACE.to_owned()),
            radius: Some(RADIUS.to_owned()),
            ..FindListings::default()
        };
        let paging = Paging { per_page: Some(IMPORTS), ..Paging::default() };
        let found = self.api.listings.search(&caller, Ok(List { filter, paging })).await?.items;
        let id = |found: TenantListing| found.listing.id().to_string();
        let ids = ListingIds { listing_ids: Some(found.into_iter().map(id).collect()) };
        Ok(now(self.api.imports.import(&caller, Ok(ids), &Idempotent::default()).await?)?.len())
    }

    /// Switches from the tenant that was created last back to the home tenant, and gives the workspace its final name.
    async fn finish(&self) -> anyhow::Result<()> {
        let caller = self.at(TenantChoice::Home).await?;
        self.api.tenants.switch(&caller, self.key.tenant_id).await?;
        let name = UpdateWorkspace { name: Patch::Set(NAME.to_owned()), ..UpdateWorkspace::default() };
        self.api.workspaces.update(&caller, Ok(name), &Precondition::default()).await?;
        Ok(())
    }
}

/// Returns a fresh result; a replayed one is an error.
fn now<T>(done: Outcome<T>) -> anyhow::Result<T> {
    done.now().context("it was made before")
}
