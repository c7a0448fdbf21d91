//! `tenantry attack`.

use anyhow::bail;
use attack::Settings;

use super::print;
use crate::cli::AttackArguments;
use crate::failure::BadUsage;

pub(crate) fn attack(arguments: AttackArguments) -> anyhow::Result<()> {
    let AttackArguments { url, keys, operator_key, i_own_this, rate, max_requests, operations, all, keep, json } =
        arguments;
    let settings = Settings {
        url,
        keys,
        operator_key,
        owns_it: i_own_this,
        rate: rate.map(|rate| f64::from(rate.0.get())),
        max_requests,
        operations,
        goes_on: all,
        keeps: keep,
    };
    // Only a leak is an exit with 1.
    let report = ::attack::attack(&settings, &|step| eprintln!("tenantry: {step}"))
        .map_err(|error| BadUsage(error.to_string()))?;
    if json {
        print(report.json())?;
    } else {
        print(report.text())?;
    }
    match report.findings.len() {
        // An attack that did not get to its end has not found that there are no leaks.
        0 if report.ended.is_some() => Err(BadUsage("the attack ended early".to_owned()).into()),
        0 => Ok(()),
        1 => bail!("1 leak was found"),
        leaks => bail!("{leaks} leaks were found"),
    }
}
