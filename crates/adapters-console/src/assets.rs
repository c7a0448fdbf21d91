//! The style sheet and the scripts, carried in the binary.

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// A file.
pub(crate) struct Asset {
    pub(crate) name: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) content: &'static [u8],
    /// The first digits of the SHA-256 of the content.
    pub(crate) version: String,
    /// Whether it is a script of every page.
    is_everywhere: bool,
}

macro_rules! assets {
    ($($name:literal: $media_type:literal, $is_everywhere:literal;)+) => {
        vec![$({
            let content = include_bytes!(concat!("../assets/", $name)).as_slice();
            let version = HEXLOWER.encode(&Sha256::digest(content)[..8]);
            Asset { name: $name, media_type: $media_type, content, version, is_everywhere: $is_everywhere }
        }),+]
    };
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    assets! {
        "console.css": "text/css; charset=utf-8", false;
        "calendar.js": "text/javascript; charset=utf-8", true;
        "copy.js": "text/javascript; charset=utf-8", true;
        "geography.js": "text/javascript; charset=utf-8", false;
        "icon.svg": "image/svg+xml", false;
        "map.js": "text/javascript; charset=utf-8", false;
        "map-data.bin": "application/octet-stream", false;
        "search.js": "text/javascript; charset=utf-8", true;
    }
});

/// Finds a file by its name.
pub(crate) fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Returns the address of a file, which changes with its content.
pub(crate) fn address(name: &str) -> String {
    let version = find(name).map_or("", |asset| asset.version.as_str());
    format!("/console/assets/{name}?v={version}")
}

/// Returns the addresses of the scripts of every page.
pub(crate) fn scripts() -> impl Iterator<Item = String> {
    ASSETS.iter().filter(|asset| asset.is_everywhere).map(|asset| address(asset.name))
}
