//! `sanchay ui`: the service for one person on this machine, with the page in
//! a browser.

use std::{
    env,
    io::{self, Write as _},
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Stdio},
};

use clap::Args;
use sanchay_system::host::{HOME, OPENERS};
use tempfile::NamedTempFile;

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
    fn check(&self) -> Result<(), String> {
        self.service.check()
    }

    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        let mut roots = self.roots.clone();
        if roots.is_empty() {
            let home = env::var_os(HOME).map(PathBuf::from);
            roots.extend(home.filter(|home| home.is_absolute()));
        }
        let listen = SocketAddr::from(([127, 0, 0, 1], self.port));
        let config = self.service.config(roots, listen, &self.catalog)?;
        let mut link = None;
        let done = run(config, |listening| {
            if !self.no_browser {
                link = open(&listening.page);
            }
        });
        drop(link);
        done
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}

/// Opens a browser, if there is one. The address that was printed serves
/// whoever has none.
///
/// What is opened is a file that leads on to the address: others on this
/// machine see the words of a command, and its token must not be among them.
/// The file is there for as long as what is returned.
fn open(page: &str) -> Option<NamedTempFile> {
    let link = match link_to(page) {
        Ok(link) => link,
        Err(error) => {
            tracing::info!(%error, "no file can be made for a browser");
            return None;
        }
    };
    let opened = OPENERS.iter().any(|opener| {
        let started = Command::new(opener)
            .arg(link.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        started.is_ok()
    });
    if !opened {
        tracing::info!("no browser could be opened");
    }
    opened.then_some(link)
}

/// Makes a file that only this user can read, and that leads a browser to an
/// address.
fn link_to(page: &str) -> io::Result<NamedTempFile> {
    let own = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let own = own.filter(|it| it.is_absolute() && it.is_dir());
    let folder = own.unwrap_or_else(env::temp_dir);
    let mut link = tempfile::Builder::new()
        .prefix("sanchay-")
        .suffix(".html")
        .tempfile_in(folder)?;
    // An address has nothing in it that HTML would take for more.
    write!(
        link,
        "<!doctype html>\n<meta charset=\"utf-8\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={page}\">\n\
         <title>Sanchay</title>\n<a href=\"{page}\">Sanchay</a>\n"
    )?;
    link.flush()?;
    Ok(link)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    #[test]
    fn the_file_for_the_browser_is_for_its_user_alone_and_goes_again() {
        let page = "http://127.0.0.1:7227/#token=abc";
        let link = link_to(page).unwrap();
        let path = link.path().to_owned();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(fs::read_to_string(&path).unwrap().contains(page));
        drop(link);
        assert!(!path.exists());
    }
}
