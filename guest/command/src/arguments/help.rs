//! What `--help` prints. The forms of output are those of the native program
//! and are described there, in the README and here in brief.

/// `sanchay --help`.
pub(crate) const HELP: &str = "\
Scan, hash and compare files: Sanchay as a WebAssembly command

This is sanchay for any host of WASI 0.2, such as wasmtime. It sees only the
folders that the host gives it, under the names that the host gives them:

  wasmtime run --dir /srv/media::/media sanchay.wasm scan /media

What it offers has the options, the output and the exit codes of the native
program sanchay.

Usage: sanchay <COMMAND>

Commands:
  scan   List the files below directories, with size and modification time
  hash   Print the digests of files
  dupes  Find files with the same content
  help   Print this, or the help of a command

Options:
  -h, --help     Print help
  -V, --version  Print version

Options may be repeated: the last one counts. Only the native program has: hash
--check, --follow, --plugin, --threads, --color, --one-file-system, --verbose,
progress, and the commands component, plugin, completions and man. File systems
cannot be told apart in WASI: /proc and /sys are entered where they lie in a
folder that was given. Names that are not UTF-8 do not exist in WASI: a
directory with such entries is named on standard error, and its other entries
are dealt with.

Exit status:
  0    all done
  2    wrong usage, or nothing could be done: no root could be
       read, or the output could not be written
  3    done, but some entries failed; each is named on standard
       error as sanchay: PATH: WHAT: WHY

A reader that closes the pipe early (| head) ends the run quietly,
with 0.
";

/// `sanchay scan --help`.
pub(super) const SCAN: &str = "\
List the files below directories, with size and modification time

Usage: sanchay scan [OPTIONS] [ROOT]...

Arguments:
  [ROOT]...  Where to look; by default the current directory

Options:
  -0, --print0           Print only the paths, each ended by a zero byte
      --count            Print only the number of files
      --format <FORMAT>  The form of the records: text, ndjson, json, csv
                         [default: text]
      --json             The same as --format json
  -o, --output <FILE>    Write the records to FILE rather than to standard
                         output, which is -; the host must let it be written
  -e, --extension <EXT>  Only files whose name ends in .EXT, in either case;
                         several as a,b
      --min-size <SIZE>  Only files of at least SIZE (4096, 10k, 1MiB)
      --max-size <SIZE>  Only files of at most SIZE
  -H, --hidden           Also hidden files and directories
  -d, --max-depth <DEPTH>
                         Go at most DEPTH levels down; a root's own entries
                         have depth 1
  -q, --quiet            Say nothing but errors
  -h, --help             Print help

Each file is a line: its size in bytes, its modification time (RFC 3339, UTC,
nanoseconds) and its path, with tabs between them. Symbolic links below a root
are not followed.
";

/// `sanchay hash --help`.
pub(super) const HASH: &str = "\
Print the digests of files

Usage: sanchay hash [OPTIONS] [PATH]...

Arguments:
  [PATH]...  Files, directories to walk, or - for standard input, which is
             also read where no PATH is given

Options:
  -a, --algorithm <ALGORITHM>
                         The hash function: xxh64, xxh3-64, xxh3-128, blake3,
                         sha256, sha512, sha1, md5, crc32 [default: xxh3-128];
                         its name is an option, too
      --partial[=<CHUNK>]
                         Hash only the first and last CHUNK bytes, with xxh64
                         (default 64KiB)
      --tag              Print NAME (PATH) = HASH, which names the function
  -0, --print0           End each line with a zero byte, and escape no name
      --format <FORMAT>  The form of the records: text, ndjson, json, csv
                         [default: text]
      --json             The same as --format json
  -o, --output <FILE>    Write the records to FILE rather than to standard
                         output, which is -; the host must let it be written
  -e, --extension <EXT>  Only files whose name ends in .EXT, in either case;
                         several as a,b
      --min-size <SIZE>  Only files of at least SIZE (4096, 10k, 1MiB)
      --max-size <SIZE>  Only files of at most SIZE
  -H, --hidden           Also hidden files and directories
  -d, --max-depth <DEPTH>
                         Go at most DEPTH levels down; a root's own entries
                         have depth 1
  -q, --quiet            Say nothing but errors
  -h, --help             Print help

Each file is a line as the checksum programs print it, HASH  PATH. Files are in
the order of the arguments, and within a directory in the byte order of their
paths. A partial digest is xxh64:FIRST:LAST:SIZE; in a list, :CHUNK follows in
bytes where it is not 64KiB.
";

/// `sanchay dupes --help`.
pub(super) const DUPES: &str = "\
Find files with the same content

Usage: sanchay dupes [OPTIONS] [ROOT]...

Arguments:
  [ROOT]...  Where to look; by default the current directory

Options:
      --hardlinks        Count hard links to one file as files of their own
  -a, --algorithm <ALGORITHM>
                         The hash function that equal files share: xxh64,
                         xxh3-64, xxh3-128, blake3, sha256, sha512, sha1, md5
                         [default: xxh3-128]
  -0, --print0           Print only paths, each ended by a zero byte, with one
                         more after each group
      --format <FORMAT>  The form of the records: text, ndjson, json, csv
                         [default: text]
      --json             The same as --format json
  -o, --output <FILE>    Write the records to FILE rather than to standard
                         output, which is -; the host must let it be written
  -e, --extension <EXT>  Only files whose name ends in .EXT, in either case;
                         several as a,b
      --min-size <SIZE>  Only files of at least SIZE (4096, 10k, 1MiB)
      --max-size <SIZE>  Only files of at most SIZE
  -H, --hidden           Also hidden files and directories
  -d, --max-depth <DEPTH>
                         Go at most DEPTH levels down; a root's own entries
                         have depth 1
  -q, --quiet            Say nothing but errors
  -h, --help             Print help

Each group is a line
  # N files of SIZE bytes, BYTES bytes reclaimable, FUNCTION:HASH
then a line for each path, then an empty line. Empty files are left out unless
--min-size 0 is given.
";
