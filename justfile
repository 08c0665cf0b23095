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
python := quote(justfile_directory() / ".tools/python-venv/bin/python")

# List the recipes.
_list:
    @"{{ just_executable() }}" --justfile "{{ justfile() }}" \
        --list --unsorted

# Build the program: target/release/sanchay.
build:
    cargo build --release -p sanchay-cli

# Build and run the program with these arguments.
[no-cd]
[no-exit-message]
run *ARGS:
    @cargo build --release --manifest-path {{ manifest }} -p sanchay-cli
    @exec {{ program }} "$@"

# Run every test; the arguments go to cargo test.
test *ARGS: _test-tools _python _host-tools
    cargo test --workspace --no-fail-fast "$@"

# Check the format and every lint, as CI does.
lint: _lint-tools
    cargo fmt --all --check
    cargo fmt --all --check --manifest-path {{ guest_manifest }}
    cargo fmt --all --check --manifest-path plugins/images/Cargo.toml
    cargo fmt --check --manifest-path {{ fuzz_manifest }}
    cargo metadata --locked --format-version 1 --manifest-path \
        {{ fuzz_manifest }} >/dev/null
    cargo clippy --workspace --all-targets -- -D warnings
    cargo clippy --all-targets --manifest-path {{ guest_manifest }} \
        --target-dir target/guest -- -D warnings
    cargo clippy --all-targets --manifest-path plugins/images/Cargo.toml \
        --target-dir target/guest -- -D warnings

# Format all Rust code.
fmt: _lint-tools
    cargo fmt --all
    cargo fmt --all --manifest-path {{ guest_manifest }}
    cargo fmt --all --manifest-path plugins/images/Cargo.toml
    cargo fmt --manifest-path {{ fuzz_manifest }}

# Do what CI does: format, lint, test.
ci:
    .ci/run

# Measure against other programs (docs/PERFORMANCE.md); --list, --only JOB.
bench *ARGS: command plugins
    cargo build --release -p sanchay-cli -p sanchay-bench -p sanchay-uncaged
    @exec target/release/bench run "$@"

# Measure single calls, in the cage and natively; a word selects by name.
bench-micro *ARGS:
    cargo bench -p sanchay-bench --bench micro -- "$@"

# Fuzz a target, or all: fuzz [TARGET] [SECONDS]; --keep [TARGET], --list.
fuzz *ARGS: _fuzz-tools
    @exec {{ fuzz }} "$@"

# Build the Python package, target/wheels/*.whl, and test it.
wheel: _python
    rm -rf target/wheels
    {{ python }} -m maturin build --release --out target/wheels
    {{ python }} -m pip install --quiet --no-index --no-deps \
        --force-reinstall target/wheels/*.whl
    {{ python }} -m pytest -q -p no:cacheprovider tests/python

# Measure the Python package against pure Python and the library; --rounds N.
bench-python *ARGS: wheel
    cargo build --release -p sanchay-python --example direct
    @exec {{ python }} benches/python/bench.py --data target/bench-python \
        --direct target/release/examples/direct "$@"

# Write the component that the program embeds (-o FILE), or describe it.
[no-cd]
[no-exit-message]
component *ARGS:
    @cargo build --release --manifest-path {{ manifest }} -p sanchay-cli
    @exec {{ program }} component "$@"

# Build the example plugins: target/plugins/*.wasm (plugins/README.md).
plugins: _test-tools
    cargo run -q -p sanchay-plugin-build

# Test plugins in Python, each of which compiles for a minute or more.
python-plugins:
    "{{ justfile_directory() }}/x" --componentize-py
    cargo test --workspace --test e2e python_plugins -- --ignored

# Write anew what the templates of plugins in C have from wit/.
plugin-bindings:
    cargo run -q -p sanchay-plugin-build -- --bindings

# Write what is published into target/dist: components, WIT, licences, bills.
dist: command
    cargo build --release -p sanchay-cli
    cargo build --release -p sanchay-dist
    rm -rf target/dist
    mkdir -p target/dist
    target/release/sanchay component -o target/dist/inspector.wasm
    cp target/components/sanchay.wasm target/dist/
    target/release/dist complete target/dist
    cd target/dist && {{ program }} hash -a sha256 -o ../SHA256SUMS * && \
        mv ../SHA256SUMS . && sha256sum --check --quiet SHA256SUMS

# Build the components in two other folders: they must be the same bytes.
reproduce:
    cargo test --workspace --test reproducible -- --ignored

# Write docs/INTERFACES.md anew from the files in wit/.
wit-docs:
    cargo run --quiet -p sanchay-dist -- interfaces

# Build the command for hosts of WASI: target/components/sanchay.wasm.
command:
    @cargo run --quiet -p sanchay-builder

# Test the components under wasmtime (compiled once, for minutes), jco, Python.
hosts *ARGS: _python _host-tools
    "{{ justfile_directory() }}/x" --wasmtime
    cargo test --workspace --test hosts "$@"

# Build the documentation of the library: target/doc/sanchay/index.html.
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Install the program into cargo's folder of programs.
install:
    cargo install --locked --path host/cli

# Check licences, sources and bans of the dependencies (deny.toml).
deny:
    @cargo deny --version >/dev/null 2>&1 || { \
        echo "cargo-deny is missing: cargo install --locked cargo-deny" >&2; \
        exit 2; }
    cargo deny --all-features check bans licenses sources

# Remove what was built; what ./x installed in .tools/ stays.
clean:
    cargo clean

# xxhsum and b3sum, with which the tests compare; what compiles C plugins.
_test-tools:
    @"{{ justfile_directory() }}/x" --test-tools

# A Python for the tests of the Python package.
_python:
    @"{{ justfile_directory() }}/x" --python-tools

# A C++ compiler, for libFuzzer.
_fuzz-tools:
    @"{{ justfile_directory() }}/x" --fuzz-tools
# jco, where there is npm.
_host-tools:
    @"{{ justfile_directory() }}/x" --host-tools

# rustfmt and clippy.
_lint-tools:
    @"{{ justfile_directory() }}/x" --lint-tools
