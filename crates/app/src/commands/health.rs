//! `tenantry health`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use anyhow::{Context, bail};
use ureq::Agent;

use crate::settings::Settings;

/// The time after which a server that does not answer is not ready.
const LIMIT: Duration = Duration::from_secs(5);

/// Asks the server on this machine whether it is ready.
pub(crate) fn health(settings: &Settings) -> anyhow::Result<()> {
    let mut address = settings.listen;
    // A server that listens on all addresses listens on this one too.
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let agent = Agent::config_builder().timeout_global(Some(LIMIT)).http_status_as_error(false).proxy(None).build();
    let url = format!("http://{address}/readyz");
    let answer = Agent::from(agent).get(&url).call().with_context(|| format!("no answer from {url}"))?;
    match answer.status().as_u16() {
        200 => super::print("ready"),
        status => bail!("{url} answers {status}"),
    }
}
