//! Tells the linker of systems that ask (macOS) that Python's symbols come
//! with the interpreter that loads the module.

fn main() {
    pyo3_build_config::add_extension_module_link_args();
}
