//! Decisions about imports and their removal.

use std::collections::{BTreeMap, BTreeSet};

use super::{ImportBatch, ImportCandidate, ImportIssue, ImportRefused, RemovalBatch, RemovalIssue, RemovalRefused};
use crate::ids::{ListingId, TenantId};

/// Decides the import of the requested listings.
///
/// # Errors
/// Every position that prevents it, with the reason.
pub fn decide(
    importer: TenantId,
    candidates: &[ImportCandidate],
    requested: &[ListingId],
) -> Result<ImportBatch, ImportRefused> {
    let candidates: BTreeMap<_, _> = candidates.iter().map(|candidate| (candidate.listing, candidate)).collect();
    let mut seen = BTreeSet::new();
    let mut issues = BTreeMap::new();
    let mut listings = Vec::with_capacity(requested.len());
    for (position, listing) in requested.iter().enumerate() {
        let found = if seen.insert(listing) {
            importable(importer, candidates.get(listing).copied())
        } else {
            Err(ImportIssue::Duplicate)
        };
        match found {
            Ok(candidate) => listings.push(candidate.clone()),
            Err(issue) => drop(issues.insert(position, issue)),
        }
    }
    if issues.is_empty() { Ok(ImportBatch::new(importer, listings)) } else { Err(ImportRefused { issues }) }
}

/// Checks one candidate. Listings that the tenant owns or imports get their own errors, since it knows them. Any other
/// listing that is not offered is `NotFound`, as in a search.
fn importable(importer: TenantId, candidate: Option<&ImportCandidate>) -> Result<&ImportCandidate, ImportIssue> {
    match candidate {
        None => Err(ImportIssue::NotFound),
        Some(candidate) if candidate.owner == importer => Err(ImportIssue::OwnListing),
        Some(candidate) if candidate.is_imported => Err(ImportIssue::AlreadyImported),
        Some(candidate) if !candidate.is_offered => Err(ImportIssue::NotFound),
        Some(candidate) if !candidate.allow_import => Err(ImportIssue::NotAllowed),
        Some(candidate) => Ok(candidate),
    }
}

/// Decides the removal of the requested imports. `found` are those that the tenant has.
///
/// # Errors
/// Every position that prevents it, with the reason.
pub fn decide_removal(
    importer: TenantId,
    found: &[ListingId],
    requested: &[ListingId],
) -> Result<RemovalBatch, RemovalRefused> {
    let found: BTreeSet<_> = found.iter().collect();
    let mut seen = BTreeSet::new();
    let issue = |listing| match (seen.insert(listing), found.contains(listing)) {
        (false, _) => Some(RemovalIssue::Duplicate),
        (true, false) => Some(RemovalIssue::NotImported),
        (true, true) => None,
    };
    let issues = requested.iter().map(issue).enumerate();
    let issues: BTreeMap<_, _> = issues.filter_map(|(position, issue)| Some((position, issue?))).collect();
    if issues.is_empty() { Ok(RemovalBatch::new(importer, requested.to_vec())) } else { Err(RemovalRefused { issues }) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::IntegrationAccountId;

    const IMPORTER: TenantId = TenantId::new(Uuid::from_u128(1));
    const OWNER: TenantId = TenantId::new(Uuid::from_u128(2));

    fn listing(id: u128) -> ListingId {
        ListingId::new(Uuid::from_u128(id))
    }

    fn offered(id: u128) -> ImportCandidate {
        ImportCandidate {
            listing: listing(id),
            account: IntegrationAccountId::new(Uuid::from_u128(9)),
            owner: OWNER,
            allow_import: true,
            is_offered: true,
            is_imported: false,
        }
    }

    fn issues(candidates: &[ImportCandidate], requested: &[ListingId]) -> Vec<(usize, ImportIssue)> {
        decide(IMPORTER, candidates, requested)
            .err()
            .map(|refused| refused.issues)
            .unwrap_or_default()
            .into_iter()
            .collect()
    }

    #[test]
    fn what_is_offered_is_imported_in_the_order_asked() {
        let candidates = [offered(10), offered(11), offered(12)];
        let batch = decide(IMPORTER, &candidates, &[listing(12), listing(10)]).expect("offered");
        assert_eq!(batch.importer(), IMPORTER);
        assert_eq!(batch.listings(), [offered(12), offered(10)]);
    }

    #[test]
    fn the_first_reason_counts() {
        use ImportIssue::{AlreadyImported, NotAllowed, NotFound, OwnListing};
        // Own, offered, allowed, imported -> the result.
        for (own, is_offered, allow_import, is_imported, expected) in [
            (false, true, true, false, None),
            (false, true, true, true, Some(AlreadyImported)),
            (false, true, false, false, Some(NotAllowed)),
            (false, true, false, true, Some(AlreadyImported)),
            (false, false, true, false, Some(NotFound)),
            (false, false, true, true, Some(AlreadyImported)),
            (false, false, false, false, Some(NotFound)),
            (false, false, false, true, Some(AlreadyImported)),
            (true, true, true, false, Some(OwnListing)),
            (true, true, false, false, Some(OwnListing)),
            (true, false, true, false, Some(OwnListing)),
            (true, false, false, false, Some(OwnListing)),
        ] {
            let owner = if own { IMPORTER } else { OWNER };
            let candidate = ImportCandidate { owner, allow_import, is_offered, is_imported, ..offered(10) };
            let expected: Vec<_> = expected.into_iter().map(|issue| (0, issue)).collect();
            assert_eq!(
                issues(&[candidate], &[listing(10)]),
                expected,
                "{own} {is_offered} {allow_import} {is_imported}"
            );
        }
    }

    #[test]
    fn every_position_with_an_issue_is_named() {
        let own = ImportCandidate { owner: IMPORTER, ..offered(11) };
        let requested = [10, 11, 10, 12, 11, 12].map(listing);
        assert_eq!(
            issues(&[offered(10), own], &requested),
            [
                (1, ImportIssue::OwnListing),
                (2, ImportIssue::Duplicate),
                (3, ImportIssue::NotFound),
                (4, ImportIssue::Duplicate),
                (5, ImportIssue::Duplicate),
            ]
        );
    }

    #[test]
    fn what_is_not_offered_is_as_if_it_were_not_there() {
        let asleep = ImportCandidate { is_offered: false, ..offered(10) };
        assert_eq!(issues(&[asleep], &[listing(10)]), issues(&[], &[listing(10)]));
    }

    #[test]
    fn what_is_imported_is_removed_once() {
        let removed = decide_removal(IMPORTER, &[listing(10), listing(11)], &[listing(11), listing(10)]);
        let removed = removed.expect("imported");
        assert_eq!((removed.importer(), removed.listings()), (IMPORTER, &[listing(11), listing(10)][..]));

        let refused = decide_removal(IMPORTER, &[listing(10)], &[10, 11, 10, 11].map(listing)).expect_err("refused");
        let expected = [(1, RemovalIssue::NotImported), (2, RemovalIssue::Duplicate), (3, RemovalIssue::Duplicate)];
        assert_eq!(refused.issues, expected.into());
    }
}
