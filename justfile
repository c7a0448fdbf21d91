# What is done often. Each recipe is also a plain command.

# lists the recipes
default:
    @just --list

# serves the API on SQLite: data/tenantry.db
run *arguments:
    cargo run -- {{ arguments }}

# runs all tests, PostgreSQL included
test *arguments:
    cargo test --workspace {{ arguments }}

# tests the console's scripts, with Node.js
test-scripts:
    node --test crates/adapters-console/assets/tests/*.test.js

# keeps a picture of each page of the console, in both themes, on a desktop and a phone
console-screens folder="target/console-screens":
    TENANTRY_TEST_PICTURES={{ absolute_path(folder) }} cargo test --package tenantry --test it browser::sqlite::every_page_is

# sells the same nights from 64 sides at once, and prints the answers
stress:
    TENANTRY_TEST_WRITERS=64 TENANTRY_TEST_LISTINGS=20 TENANTRY_TEST_ATTEMPTS=20000 \
        cargo test --package tenantry --test it double_booking -- --nocapture --test-threads=1

# prices a hundred thousand random offers: quotes, reservations, amendments and calendars must agree
offers:
    PROPTEST_CASES=100000 cargo test --release --package tenantry-domain a_stay_costs_the_same

# checks format, lints, docs and dependencies
lint: _deny
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items
    cargo deny check bans licenses sources

# formats the code
fmt:
    cargo fmt --all

# sends 200 requests from 20 sides at once, breaks connections and kills the server: each must be done once
retry-storm:
    TENANTRY_TEST_STORM_KEYS=200 TENANTRY_TEST_STORM_CALLS=20 cargo test --package tenantry --test it retry_storm

# makes 50,000 changes by 32 writers, kills servers and PostgreSQL, and follows the log: each change must be in it once
events-storm:
    TENANTRY_TEST_STORM_EVENTS=50000 cargo test --release --package tenantry --test it events_storm

# makes this many random histories by 32 clients, kills servers and PostgreSQL, and checks each: just histories 10000
histories number="1000":
    TENANTRY_TEST_HISTORIES={{ number }} cargo test --release --package tenantry --test it histories:: -- --nocapture --test-threads=1

# prints the events of a workspace, and those that come
events workspace:
    cargo run --package tenantry -- events tail --workspace {{workspace}}

# revokes callers whose requests are half sent, in 20 rounds on each engine and on two servers: nothing may be written
revocations:
    TENANTRY_TEST_REVOCATIONS=20 cargo test --package tenantry --test it was_revoked -- --test-threads=1
    TENANTRY_TEST_REVOCATIONS=20 cargo test --package tenantry --test it another_has_revoked -- --test-threads=1

# measures the works against their limits on both engines: just bench --small; docs/performance.md
bench *arguments:
    python3 bench/throughput {{ arguments }}

# compares the service with PocketBase and Django REST framework on the same rows, in turns; docs/performance.md
bench-peers *arguments:
    python3 bench/peers {{ arguments }}

# compares PostgreSQL with and without row-level security, by turns; docs/performance.md
bench-wall *arguments:
    python3 bench/wall {{ arguments }}

# attacks two servers with every operation, on both engines; docs/attack.md
attack:
    TENANTRY_TEST_ATTACK=all cargo test --release --package tenantry --test it isolation::

# attacks the service as one tenant and measures what others feel, on both engines; docs/performance.md
starve *arguments:
    python3 bench/starvation {{ arguments }}

# measures what 10,000 workspaces cost at rest, on both engines; docs/performance.md
workspaces *arguments:
    bench/workspaces {{ arguments }}

# measures the work of operators, and what others notice of it, on both engines; docs/performance.md
operators *arguments:
    bench/operators {{ arguments }}

# measures resident memory and time to readiness of the release binary
idle:
    bench/idle

# prints the OpenAPI document
openapi:
    cargo run --quiet -- openapi

# makes an empty migration for both engines: just migration imports
migration name:
    #!/usr/bin/env bash
    set -euo pipefail
    last=$(ls migrations/postgres | tail -n 1 | cut -d _ -f 1)
    next=$(printf '%04d' $((10#$last + 1)))
    for engine in postgres sqlite; do
        echo "-- Why this is needed." > "migrations/$engine/${next}_{{ name }}.sql"
    done

# accepts changed snapshots
snapshots:
    INSTA_UPDATE=always cargo test --package tenantry

# holds the running service against its OpenAPI document, on both engines, this many seconds each
conformance seconds="120":
    .ci/conformance {{ seconds }}

# leaves out one guard of the code or of a statement at a time, and expects that a test fails: just mutants sql 3/20; docs/testing.md
mutants *arguments:
    .ci/mutants {{ arguments }}

# opens one hole at a time in a server: `tenantry attack` must find each, and name the operation; docs/testing.md
planted-leaks *arguments:
    .ci/planted-leaks {{ arguments }}

# has validators and generators of clients read the OpenAPI document
generators:
    .ci/generators

# looks for inputs that break a promise of a parser, for this many seconds: just fuzz bodies 600; docs/testing.md
fuzz target seconds="60": _fuzz
    cargo fuzz run --sanitizer none {{ target }} -- -max_total_time={{ seconds }} -timeout=10 -rss_limit_mb=1024

# does what CI does
ci:
    .ci/run

_deny:
    @cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny@0.20.2

_fuzz:
    @cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz@0.13.2
