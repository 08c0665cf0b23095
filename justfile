# What is done in this house, by name. `just` alone, or `./x` on a machine
# where nothing is set up yet, lists it. A recipe passes on its words exactly
# as they were given, spaces and quotes included.

set positional-arguments

# Paths that a recipe is given are relative to where it was called from.
manifest := quote(justfile_directory() / "Cargo.toml")
guest_manifest := quote(justfile_directory() / "guest/Cargo.toml")
fuzz_manifest := quote(justfile_directory() / "fuzz/Cargo.toml")
fuzz := quote(justfile_directory() / "fuzz/run")
program := quote(justfile_directory() / "target/release/sanchay")
x := quote(justfile_directory() / "x")
python := quote(justfile_directory() / ".tools/python-venv/bin/python")
wheel_targets := "x86_64-unknown-linux-gnu x86_64-unknown-linux-musl x86_64-pc-windows-gnu"

# List the recipes.
_list:
    @"{{ just_executable() }}" --justfile "{{ justfile() }}" \
        --list --unsorted

# Build the program: target/release/sanchay.
build:
    cargo build --release --locked -p sanchay-cli
    @echo 'The program: target/release/sanchay'

# Build and run the program with these arguments.
[no-cd]
[no-exit-message]
run *ARGS:
    #!/bin/sh
    # A first build need not wait for Parquet and Arrow, SQLite, zstd and
    # decoders of images.
    set -eu
    features=
    case " $* " in
    *parquet* | *arrow*) features=tables ;;
    esac
    case " $* ${SANCHAY_CATALOG+--catalog}" in
    *" --catalog"* | *" catalog "* | *" snapshot "* | *" diff "* | \
        *" history "* | *" verify "* | *" watch "* | *" --help "* | *" help "* | *" -h "*)
        features=$features,catalog ;;
    esac
    case " $* " in
    *" store "* | *" --help "* | *" help "* | *" -h "*)
        features=$features,store ;;
    esac
    case " $* " in
    *" --images"* | *" --help "* | *" help "* | *" -h "*)
        features=$features,images ;;
    esac
    case " $* " in
    *s3://* | *gs://* | *" --help "* | *" help "* | *" -h "*)
        features=$features,cloud ;;
    esac
    case " $* " in
    *" attachments "* | *" --help "* | *" help "* | *" -h "*)
        features=$features,attachments ;;
    esac
    case " $* " in
    *" shards "* | *" --help "* | *" help "* | *" -h "*)
        features=$features,shards ;;
    esac
    case " $* " in
    *" serve "* | *" ui "* | *" worker "* | *" --help "* | *" help "* | *" -h "*)
        features=$features,service ;;
    esac
    cargo build --release --locked --manifest-path {{ manifest }} \
        -p sanchay-cli --no-default-features --features "$features"
    exec {{ program }} "$@"

# Run every test; the arguments go to cargo test.
test *ARGS: _test-tools _python _host-tools
    cargo test --locked --workspace --no-fail-fast "$@"

# Check the format and every lint, as CI does.
lint: _lint-tools
    cargo fmt --all --check
    cargo fmt --all --check --manifest-path {{ guest_manifest }}
    cargo fmt --all --check --manifest-path plugins/images/Cargo.toml
    cargo fmt --check --manifest-path {{ fuzz_manifest }}
    cargo metadata --locked --format-version 1 --manifest-path \
        {{ fuzz_manifest }} >/dev/null
    cargo clippy --locked --workspace --all-targets -- -D warnings
    # What `run` builds; the Python package would add features. All targets,
    # and what host/features asks for: so that wasmtime is the same as above.
    cargo clippy --locked --workspace --exclude sanchay-python \
        --exclude sanchay-arrow --exclude sanchay-catalog \
        --exclude sanchay-service --exclude sanchay-shards \
        --all-targets --no-default-features -- -D warnings
    cargo clippy --locked --all-targets --manifest-path \
        {{ guest_manifest }} --target-dir target/guest -- -D warnings
    cargo clippy --locked --workspace --all-targets --manifest-path \
        plugins/images/Cargo.toml --target-dir target/guest -- -D warnings

# Format all Rust code.
fmt: _lint-tools
    cargo fmt --all
    cargo fmt --all --manifest-path {{ guest_manifest }}
    cargo fmt --all --manifest-path plugins/images/Cargo.toml
    cargo fmt --manifest-path {{ fuzz_manifest }}

# Do what CI does: format, lint, test, reproduce.
ci:
    .ci/run

# Measure against other programs (docs/PERFORMANCE.md); --list, --only JOB.
bench *ARGS: command plugins
    cargo build --release --locked -p sanchay-cli -p sanchay-bench
    @exec target/release/bench run "$@"

# Measure single calls, in the sandbox and natively; a word selects by name.
bench-micro *ARGS:
    cargo bench --locked -p sanchay-bench --bench micro -- "$@"

# Fuzz a target, or all: fuzz [TARGET] [SECONDS]; --keep [TARGET], --list.
fuzz *ARGS: _fuzz-tools
    @exec {{ fuzz }} "$@"

# Measure job attachments against the package deadline; --files N.
bench-attachments *ARGS: _peer-tools
    cargo build --release --locked -p sanchay-cli
    cargo build --release --locked -p sanchay-attachments --example figures
    @exec .tools/peers-venv/bin/python benches/python/attachments.py "$@"

# Measure the service: pages, listeners, jobs a second, a soak; --soak SECONDS.
bench-service *ARGS:
    cargo build --release --locked -p sanchay-cli
    @exec python3 benches/python/service.py \
        --program target/release/sanchay "$@"

# Measure the service's page in Chromium: when it can be used, how it hashes.
bench-page *ARGS: _host-tools
    {{ x }} --browser
    cargo build --release --locked -p sanchay-cli
    @exec python3 benches/python/page.py --program target/release/sanchay "$@"

# Build the Python packages, target/wheels/*.whl, and test them.
wheel: _python _wheels
    {{ python }} -m pip wheel --quiet --no-index --no-deps \
        --no-build-isolation --wheel-dir target/wheels host/python/vpo-core
    {{ python }} -m pip install --quiet --no-index --no-deps \
        --force-reinstall target/wheels/sanchay-*.whl
    {{ python }} -m pytest -q -p no:cacheprovider tests/python
    {{ python }} host/python/build/wheel.py target/wheels

# Build the Python package for Linux with any libraries, and for Windows.
wheels *TARGETS=wheel_targets: _python (_wheels TARGETS)
    {{ python }} host/python/build/wheel.py target/wheels

# Make the Python source distribution in target/sdist and install it, alone.
sdist: _python
    rm -rf target/sdist
    {{ python }} -m maturin sdist --out target/sdist
    {{ python }} host/python/build/sdist.py target/sdist

# Test rusty_attachments against the package deadline, which is installed.
test-peers: _peer-tools
    cargo test --locked --workspace --test interpreter deadline -- --nocapture

# Test sanchay.ray and sanchay.spark on clusters of this machine, installed here.
test-engines: _engine-tools
    cargo test --locked --workspace --test interpreter engines -- \
        --ignored --nocapture

# Test the desktop application, in windows that nobody sees, and its one file.
test-desktop: _desktop-tools
    cargo test --locked --workspace --test interpreter desktop -- --nocapture

# Write anew which Python packages the tests install, and their digests.
python-lock:
    rm -rf target/python-lock
    python3 -m venv target/python-lock
    target/python-lock/bin/pip install --quiet pip-tools==7.6.2
    for list in tests/python/requirements tests/peers/requirements \
        tests/desktop/requirements tests/packages/requirements \
        tests/engines/requirements tests/engines/spark \
        tests/windows/requirements dist/zig/requirements; do \
        (cd ${list%/*} && ../../target/python-lock/bin/pip-compile \
            --quiet --generate-hashes --strip-extras --allow-unsafe \
            --no-header --no-emit-index-url --no-emit-find-links \
            --output-file ${list##*/}.txt ${list##*/}.in) || \
            exit 1; \
    done

# Measure the Python package against pure Python and the library; --rounds N.
bench-python *ARGS: wheel
    cargo build --release --locked -p sanchay-python --example direct
    @exec {{ python }} benches/python/bench.py --data target/bench-python \
        --direct target/release/examples/direct "$@"

# Write the component that the program embeds (-o FILE), or describe it.
[no-cd]
[no-exit-message]
component *ARGS:
    @cargo build --release --locked --manifest-path {{ manifest }} \
        -p sanchay-cli
    @exec {{ program }} component "$@"

# Build the example plugins: target/plugins/*.wasm (plugins/README.md).
plugins: _test-tools
    cargo run -q --locked -p sanchay-plugin-build

# Kill the program some hundreds of times while it writes its catalog.
soak-catalog KILLS='300':
    SANCHAY_TEST_KILLS={{ KILLS }} cargo test --locked --workspace --test e2e \
        killed_at_any_instant -- --nocapture

# Test plugins in Python, each of which compiles for a minute or more.
python-plugins:
    "{{ justfile_directory() }}/x" --componentize-py
    cargo test --workspace --test e2e python_plugins -- --ignored

# Write what is published into target/dist: components, WIT, licences, pages.
dist:
    #!/bin/sh
    # The published bytes are those of one compiler.
    set -eu
    [ -n "${SANCHAY_GUEST_RUSTC-}" ] ||
        SANCHAY_GUEST_RUSTC=$({{ x }} --pinned-compiler)
    export SANCHAY_GUEST_RUSTC
    cargo run --quiet --locked -p sanchay-builder
    cargo build --release --locked -p sanchay-cli
    cargo build --release --locked -p sanchay-dist
    rm -rf target/dist
    mkdir -p target/dist
    target/release/sanchay component -o target/dist/inspector.wasm
    cp target/components/sanchay.wasm target/dist/
    target/release/dist complete target/dist
    if command -v npm >/dev/null; then
        "{{ just_executable() }}" --justfile "{{ justfile() }}" page
    else
        echo 'LEFT OUT: inspector.html, which is built with npm' >&2
    fi
    cd target/dist
    {{ program }} hash -a sha256 -o ../SHA256SUMS *
    mv ../SHA256SUMS .
    sha256sum --check --quiet SHA256SUMS

# Make what people install: target/packages (docs/INSTALL.md). packages [TARGET]…
packages *TARGETS:
    #!/bin/sh
    # By default for this machine's system, with its libraries and with none.
    set -eu
    [ $# -gt 0 ] || set -- $({{ x }} --package-targets)
    {{ x }} --package-tools "$@"
    [ -n "${SANCHAY_GUEST_RUSTC-}" ] ||
        SANCHAY_GUEST_RUSTC=$({{ x }} --pinned-compiler)
    export SANCHAY_GUEST_RUSTC
    output=${CARGO_TARGET_DIR:-target}
    rm -rf "$output/packages"
    for target; do
        dist/packages/compile "$target"
        program=$output/$target/release/sanchay
        [ -e "$program" ] || program=$program.exe
        # What cannot be run here has its pages written by what can.
        case $target in "$(uname -m)"-*-linux-*) pages=$program ;; esac
        set -- "$target" "$program" "$output/packages/notices/$target" \
            "$output/packages"
        PAGES_BY=${pages-$program} dist/packages/make "$@"
        case $target in *-linux-musl) dist/image/make "$@" ;; esac
    done
    rm -r "$output/packages/notices"
    cd "$output/packages"
    sha256sum -- * >../SHA256SUMS
    mv ../SHA256SUMS .

# Install each package where nothing else is, run it, and remove it.
test-packages: packages wheel
    "{{ justfile_directory() }}/x" --package-test-tools
    .tools/packages-venv/bin/python -m pytest -q -ra -p no:cacheprovider \
        tests/packages

# Build the page that embeds the inspector: target/dist/inspector.html.
page: _host-tools
    @cargo build --release --locked -p sanchay-cli
    @mkdir -p target/page target/dist
    @target/release/sanchay component -o target/page/inspector.wasm
    node examples/page/build.mjs target/page/inspector.wasm \
        target/dist/inspector.html

# Build the components in two other folders: they must be the same bytes.
reproduce:
    #!/bin/sh
    # With the compiler whose bytes are published, if it is to be had.
    set -eu
    if [ -z "${SANCHAY_GUEST_RUSTC-}" ]; then
        if pinned=$({{ x }} --pinned-compiler); then
            # Where it is taken anyway, what it built before is not built anew.
            [ "$pinned" = "$(rustc --print sysroot)/bin/rustc" ] ||
                export SANCHAY_GUEST_RUSTC="$pinned"
        else
            echo "NOT THE PUBLISHED BYTES: another compiler is taken." >&2
        fi
    fi
    cargo test --locked --workspace --test reproducible -- --ignored

# Test the program for Windows under Wine, where both can be had.
test-windows *WORDS: _test-tools _python _windows-tools
    tests/windows/run "$@"

# Test the program for AArch64 under QEMU, where both can be had.
test-aarch64 *WORDS: _test-tools _aarch64-tools
    tests/aarch64/run "$@"

# Check that all compiles for macOS, with Zig's libraries of C; --short: a part.
check-macos *ARGS: (_targets "aarch64-apple-darwin" "x86_64-apple-darwin")
    tests/macos/check "$@"

# Check that all compiles for Windows with the libraries of Microsoft's compiler.
check-msvc: (_targets "x86_64-pc-windows-msvc")
    tests/windows/check

# Test what depends on the guest's compiler with a second one, if there is one.
test-other-compiler: _test-tools _python _host-tools
    #!/bin/sh
    set -eu
    SANCHAY_GUEST_RUSTC=$({{ x }} --other-compiler)
    [ -n "$SANCHAY_GUEST_RUSTC" ] || exit 0
    export SANCHAY_GUEST_RUSTC
    echo "The guest's compiler: $SANCHAY_GUEST_RUSTC"
    cargo test --locked --workspace --no-fail-fast --test embedded \
        --test agreement --test ceilings --test published --test wit \
        --test components --test images
    # The service's page has nothing that this compiler makes but a component
    # that the other tests run.
    cargo test --locked --workspace --test hosts -- --skip serve::
    cargo test --locked --workspace --test e2e component

# Test what goes to S3 with a server that checks signatures and checksums.
test-s3s: _test-tools _python _host-tools
    cargo test --locked --workspace --features sanchay-test-servers/s3s \
        --test signed
    cargo test --locked --workspace --features sanchay-test-servers/s3s \
        --test e2e -- signed signatures

# Kill runs that rename in the middle, some hundreds of times.
soak-ops KILLS="300":
    SANCHAY_KILLS={{KILLS}} cargo test --locked --workspace --test e2e -- killed

# Write docs/INTERFACES.md anew from the files in wit/.
wit-docs:
    cargo run --quiet --locked -p sanchay-dist -- interfaces

# Build the command for hosts of WASI: target/components/sanchay.wasm.
command:
    @cargo run --quiet --locked -p sanchay-builder

# Test the components under wasmtime (compiles it once), jco, Python, Chromium.
hosts *ARGS: _python _host-tools
    "{{ justfile_directory() }}/x" --wasmtime
    "{{ justfile_directory() }}/x" --browser
    cargo test --locked --workspace --test hosts "$@"

# Build the documentation of the library: target/doc/sanchay/index.html.
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

# Install the program into cargo's folder of programs.
install:
    cargo install --locked --path host/cli

# Check licences, sources, bans and advisories of the dependencies (deny.toml).
deny: _deny-tool
    #!/bin/sh
    set -eu
    PATH=$PWD/.tools/cargo-deny/bin:$PATH
    workspaces='Cargo.toml guest/Cargo.toml plugins/images/Cargo.toml'
    for manifest in $workspaces; do
        cargo deny --locked --all-features --manifest-path "$manifest" \
            check bans licenses sources
    done
    if ! cargo deny --locked fetch db; then
        echo "LEFT OUT: advisories. Their database, a git repository that" \
            "deny.toml names, cannot be fetched here: NOTHING has looked" \
            "for known faults in the dependencies." >&2
        exit 0
    fi
    for manifest in $workspaces fuzz/Cargo.toml; do
        cargo deny --locked --all-features --manifest-path "$manifest" \
            check --disable-fetch advisories
    done

# Remove what was built; what ./x installed in .tools/ stays.
clean:
    cargo clean

# xxhsum and b3sum, with which the tests compare; what compiles C plugins.
_test-tools:
    @"{{ justfile_directory() }}/x" --test-tools

# Rust's target for AArch64, a linker for it, and QEMU.
_aarch64-tools:
    @"{{ justfile_directory() }}/x" --aarch64-tools

# Targets of Rust's.
_targets *TARGETS:
    @"{{ justfile_directory() }}/x" --targets {{ TARGETS }}

# Rust's target for Windows, a linker for it, and Wine.
_windows-tools:
    @"{{ justfile_directory() }}/x" --windows-tools

# Python packages, in target/wheels: for this machine, unless targets are named.
_wheels *TARGETS:
    #!/bin/sh
    set -eu
    set -- {{ TARGETS }}
    [ $# -gt 0 ] || set -- "$(rustc -vV | sed -n 's/^host: //p')"
    {{ x }} --wheel-tools "$@"
    rm -rf target/wheels
    for target; do
        dist/wheels/make "$target" {{ python }} target/wheels
    done

# A Python for the tests of the Python package.
_python:
    @"{{ justfile_directory() }}/x" --python-tools

# A Python with the package deadline.
_peer-tools:
    @"{{ justfile_directory() }}/x" --peer-tools

# A Python with Ray and Spark, and Java.
_engine-tools:
    @"{{ justfile_directory() }}/x" --engine-tools

# A Python with Qt, and a screen that nobody sees.
_desktop-tools:
    @"{{ justfile_directory() }}/x" --desktop-tools

# A C++ compiler, for libFuzzer.
_fuzz-tools:
    @"{{ justfile_directory() }}/x" --fuzz-tools

# jco and what the page needs, where there is npm.
_host-tools:
    @"{{ justfile_directory() }}/x" --host-tools

# rustfmt and clippy.
_lint-tools:
    @"{{ justfile_directory() }}/x" --lint-tools

# cargo-deny.
_deny-tool:
    @"{{ justfile_directory() }}/x" --deny-tool
