//! `tenantry tenant export` and `tenantry workspace import`.

use adapters_sqlite::{CopyEntry, NewWorkspaceFile, WorkspaceFile};
use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::access::OperatorScope;
use domain::ids::AuditId;
use domain::operators::OperatorEntry;
use indicatif::{ProgressBar, ProgressStyle};
use ports::{Clock, IdGenerator};

use super::print;
use crate::ambient::System;
use crate::cli::{ExportArguments, ImportArguments};
use crate::settings::Settings;
use crate::stop::unless_stopped;
use crate::wire::Engine;

pub(crate) async fn export_tenant(settings: &Settings, arguments: ExportArguments) -> anyhow::Result<()> {
    let ExportArguments { workspace, tenant, file } = arguments;
    let engine = Engine::open(&settings.database, settings.limits).await?.prepare().await?;
    let rows = unless_stopped(async {
        let target = NewWorkspaceFile::create(&file, settings.limits).await?;
        let bar = bar();
        let (operator, tell) = (OperatorScope::new(), tell(&bar));
        let entry = CopyEntry::InSource(OperatorEntry::of_export(&operator, stamp(), workspace, tenant));
        let copied = engine.database().copy_to(&operator, &target.database(), (workspace, tenant), entry, &tell).await;
        let rows = copied.context("nothing was exported")?;
        target.finish().await?;
        bar.finish_and_clear();
        Ok(rows)
    })
    .await?;
    engine.close().await;
    print(format_args!("workspace  {workspace}"))?;
    if let Some(tenant) = tenant {
        print(format_args!("tenant     {tenant}"))?;
    }
    print(format_args!("rows       {rows}"))?;
    print(format_args!("file       {}", file.display()))
}

pub(crate) async fn import_workspace(settings: &Settings, arguments: ImportArguments) -> anyhow::Result<()> {
    let ImportArguments { file } = arguments;
    let source = WorkspaceFile::open(&file, settings.limits).await?;
    let engine = Engine::open(&settings.database, settings.limits).await?.prepare().await?;
    let nothing = || format!("nothing was imported from {}", file.display());
    let (workspace, rows) = unless_stopped(async {
        let (operator, from) = (OperatorScope::new(), source.database());
        let workspace = from.only_workspace(&operator).await.with_context(nothing)?;
        let bar = bar();
        let entry = CopyEntry::InTarget(OperatorEntry::of_import(&operator, stamp(), workspace));
        let copied = from.copy_to(&operator, &engine.database(), (workspace, None), entry, &tell(&bar)).await;
        let rows = copied.with_context(nothing)?;
        bar.finish_and_clear();
        Ok((workspace, rows))
    })
    .await?;
    source.close().await;
    engine.close().await;
    print(format_args!("workspace  {workspace}"))?;
    print(format_args!("rows       {rows}"))
}

/// Returns the id and the time of an entry.
fn stamp() -> (AuditId, DateTime<Utc>) {
    (AuditId::new(IdGenerator::next(&System)), System.now())
}

/// Returns a bar without an end, shown on terminals only.
fn bar() -> ProgressBar {
    ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {msg}").expect("a template"))
}

fn tell(bar: &ProgressBar) -> impl Fn(&'static str, u64) + Send + Sync {
    let bar = bar.clone();
    move |table, rows| {
        bar.set_message(format!("{table}: {rows} rows"));
        bar.tick();
    }
}
