//! `sanchay ui`: the service for one person on this machine, with the page in
//! a browser.

use std::{
    env,
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Stdio},
};

use clap::Args;

use super::serve::{ServiceArgs, run};
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, options::catalog::CatalogArgs,
};

const EXAMPLES: &str = "\
This is sanchay serve on 127.0.0.1 for one person: it opens the page in a
browser and runs until Ctrl-C. Where no browser can be opened, open the address
that is printed; it is good once, for ten minutes.

Examples:
  sanchay ui
  sanchay ui --allow-write ~/photos";

/// Open the page that shows jobs and results in a browser
#[derive(Args, Debug)]
#[command(after_help = "See --help for examples.")]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct UiArgs {
    /// The folders that may be looked at; by default the home folder
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, value_name = "PORT", default_value_t = 7227)]
    port: u16,

    /// Only print the address
    #[arg(long)]
    no_browser: bool,

    #[command(flatten)]
    service: ServiceArgs,

    #[command(flatten)]
    catalog: CatalogArgs,
}

impl RunCommand for UiArgs {
    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        let mut roots = self.roots.clone();
        if roots.is_empty() {
            let home = env::var_os("HOME").map(PathBuf::from);
            roots.extend(home.filter(|home| home.is_absolute()));
        }
        let listen = SocketAddr::from(([127, 0, 0, 1], self.port));
        let config = self.service.config(roots, listen, &self.catalog)?;
        run(config, |listening| {
            if !self.no_browser {
                open(&listening.page);
            }
        })
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}

/// Opens a browser, if there is one. The address that was printed serves
/// whoever has none.
fn open(page: &str) {
    let openers: &[&str] = match cfg!(target_os = "macos") {
        true => &["open"],
        false => &["xdg-open", "wslview"],
    };
    let opened = openers.iter().any(|opener| {
        let started = Command::new(opener)
            .arg(page)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        started.is_ok()
    });
    if !opened {
        tracing::info!("no browser could be opened");
    }
}
