//! Lists of event consumers.

use domain::access::{Caller, Permission};
use domain::event_consumers::{EventConsumer, Unread};
use ports::Slice;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{EventConsumerError, EventConsumers};
use crate::events::EventScopeWord;
use crate::input::Input;
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields, read};
use crate::outcome::refusal::Refusal;

/// The events of which consumers are behind.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindEventConsumers {
    /// The events that `lag` counts: `tenant` (default) for those that concern the tenant of the request, `workspace` for
    /// the log of the whole workspace, which needs the authority of the default tenant.
    #[param(pattern = "^(tenant|workspace)$")]
    pub scope: Option<String>,
}

impl Fields for FindEventConsumers {
    type Values = ();

    fn read(&self, r: &mut FieldReader) -> Option<()> {
        r.given::<_, EventScopeWord>("scope", &self.scope);
        Some(())
    }
}

/// A consumer with the events that it has not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEventConsumer {
    /// The consumer.
    pub consumer: EventConsumer,
    /// The number of events, at most [`Unread::MOST`](domain::event_consumers::Unread::MOST).
    pub unread: u64,
    /// The age of the oldest one, in whole seconds.
    pub seconds: u64,
}

impl EventConsumers {
    /// Lists the consumers of the caller's tenant, oldest first, each with the events that it has not read.
    pub async fn list(
        &self,
        caller: &Caller,
        input: Input<List<FindEventConsumers>>,
    ) -> Result<Listed<ListedEventConsumer>, EventConsumerError> {
        let is_of_workspace =
            input.as_ref().is_ok_and(|list| EventScopeWord::is_workspace(list.filter.scope.as_deref()));
        let feed = caller.event_scope(is_of_workspace)?;
        let scope = caller.tenant_scope(Permission::Read)?;
        let ((), page) = read(&input?)?;
        let Slice { items, has_more } = self.queries.list(&scope, &feed, page).await?;
        let now = self.ambient.now();
        let listed = |(consumer, unread): (_, Unread)| ListedEventConsumer {
            consumer,
            unread: unread.events,
            seconds: unread.age(now),
        };
        Ok(Listed::new(Slice { items: items.into_iter().map(listed).collect(), has_more }, page))
    }

    /// Counts the consumers of the caller's tenant.
    pub async fn count(&self, caller: &Caller) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        Ok(self.queries.count(&scope).await?)
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockEventConsumerQueries, MockEventConsumerRepository};
    use testkit::build;

    use super::super::fixture::over;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn of(scope: &str) -> List<FindEventConsumers> {
        List { filter: FindEventConsumers { scope: Some(scope.to_owned()) }, ..List::default() }
    }

    #[tokio::test]
    async fn a_lag_is_of_the_tenants_feed_or_of_the_log_of_its_workspace() {
        for (scope, feed) in [("tenant", Some(build::standing(1, true).id)), ("workspace", None)] {
            let mut queries = MockEventConsumerQueries::new();
            queries
                .expect_list()
                .withf(move |_, events, _| events.tenant_id() == feed)
                .returning(|_, _, _| Ok(Slice { items: vec![], has_more: false }));
            let consumers = over(MockEventConsumerRepository::new(), queries);
            assert!(consumers.list(&build::administrator(), Ok(of(scope))).await.expect("listed").items.is_empty());
        }
    }

    #[tokio::test]
    async fn a_channel_sees_no_log_of_the_workspace() {
        let consumers = over(MockEventConsumerRepository::new(), MockEventConsumerQueries::new());
        let channel = build::channel(Permission::Read);
        for (scope, code) in [("workspace", Code::DefaultTenantRequired), ("all", Code::ValidationFailed)] {
            let refused = consumers.list(&channel, Ok(of(scope))).await;
            assert_eq!(refused.expect_err("refused").code(), code, "{scope}");
        }
    }
}
