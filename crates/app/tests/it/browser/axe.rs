//! The accessibility checker of the tests, axe-core.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::json;

use super::driver::Browser;

/// The files that name the version, and its hash.
const PACKAGES: [(&str, &str); 2] =
    [("package.json", include_str!("axe/package.json")), ("package-lock.json", include_str!("axe/package-lock.json"))];

/// Returns what the checker finds wrong with the page: the rule and the element of each.
pub(super) fn violations(browser: &Browser) -> Vec<String> {
    browser.run(script(), Vec::new());
    let rules = json!({ "resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    let found = browser.run_async(
        "const [rules, done] = arguments; axe.run(document, rules).then(done, (error) => done({ violations: [{ id: String(error), nodes: [] }] }))",
        vec![rules],
    );
    let violations = found["violations"].as_array().expect("violations").iter();
    violations
        .map(|violation| {
            let nodes = violation["nodes"].as_array().expect("nodes").iter();
            let nodes: Vec<_> = nodes.map(|node| format!("{}: {}", node["html"], node["failureSummary"])).collect();
            format!("{} ({}):\n  {}", violation["id"], violation["help"], nodes.join("\n  "))
        })
        .collect()
}

/// Returns the script of the checker, which npm installs once.
fn script() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("axe");
        if !is_installed(&folder) {
            install(&folder);
        }
        fs::read_to_string(folder.join("node_modules/axe-core/axe.min.js")).expect("the script is installed")
    })
}

fn is_installed(folder: &Path) -> bool {
    fs::read_to_string(folder.join("installed.json")).is_ok_and(|installed| installed == PACKAGES[1].1)
}

fn install(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    for (name, content) in PACKAGES {
        fs::write(folder.join(name), content).expect("a file");
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    let installed = Command::new("npm").args(arguments).current_dir(folder).status();
    let is_installed = installed.is_ok_and(|status| status.success());
    assert!(is_installed, "npm could not install axe-core. It comes with Node.js (Debian: `apt-get install npm`)");
    fs::write(folder.join("installed.json"), PACKAGES[1].1).expect("a file");
}
