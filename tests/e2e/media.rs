//! What pictures and films say of themselves, as fields: chosen, filtered,
//! sorted and written as others are, and only read where they are asked for.

use std::process::Command;

use sanchay_testkit::media::boxes::{Film, cr3, heif};
use sanchay_testkit::media::tiff::Order;
use sanchay_testkit::media::{
    Place, Shot, avi, bmp, cr2, dng, flac, jpeg, matroska, png, raf, raw,
    scan, wave, webp,
};
use sanchay_testkit::{Program, Tree, records, tool::has, tree::set_mode};

use crate::sanchay;

/// Photos and films of different sizes, times and cameras.
fn photos() -> Tree {
    let tree = Tree::new();
    let canon = Shot::default();
    tree.file("d/2024.jpg", jpeg(&canon, Order::Big, 0));
    let old = Shot {
        camera: ("FUJIFILM", "X-T3"),
        original: Some("2019:01:02 03:04:05"),
        offset: None,
        fraction: None,
        size: (6240, 4160),
        ..Shot::default()
    };
    tree.file("d/e/2019.raf", raf(&old));
    let undated = Shot { original: None, size: (90, 80), ..Shot::default() };
    tree.file("d/undated.png", png(&undated, Place::Behind, 50_000));
    let film = Film { created: 3_798_797_405, ..Film::default() };
    tree.file("d/film.mp4", film.file());
    tree.file("d/broken.jpg", "no picture at all");
    tree.file("d/empty.jpg", "");
    tree.file("d/notes.txt", "width 5000");
    tree
}

fn within(tree: &Tree) -> Program {
    sanchay().within(tree.root()).env("TZ", "Europe/Berlin")
}

/// The names that a filter leaves, sorted.
fn names(tree: &Tree, filter: &str) -> Vec<String> {
    let words = ["scan", "d", "--fields", "name", "--where", filter];
    let run = within(tree).args(words).run().succeeds();
    let mut names: Vec<_> = run.text().lines().map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
fn pictures_are_found_by_what_they_say_of_themselves() {
    let tree = photos();
    for (filter, expected) in [
        (
            "width > 100 and taken after 2024-01-01",
            &["2024.jpg", "film.mp4"][..],
        ),
        ("width > 4000", &["2019.raf"]),
        ("not width > 100 and ext = jpg", &["broken.jpg", "empty.jpg"]),
        ("height = 80 or name = notes.txt", &["notes.txt", "undated.png"]),
        ("camera ~ \"(?i)canon\" and has(taken)", &["2024.jpg"]),
        ("camera = \"FUJIFILM X-T3\"", &["2019.raf"]),
        ("media_type glob \"video/*\"", &["film.mp4"]),
        ("duration > 12s and duration < 1m", &["film.mp4"]),
        ("duration = 12.5", &["film.mp4"]),
        ("taken before 2020-01-01", &["2019.raf"]),
        ("has(width) and not has(taken)", &["undated.png"]),
        (
            "has(media_type)",
            &["2019.raf", "2024.jpg", "film.mp4", "undated.png"],
        ),
        ("width > 100000", &[]),
    ] {
        assert_eq!(names(&tree, filter), expected, "{filter}");
    }
}

#[test]
fn their_fields_stand_in_every_format() {
    let tree = photos();
    let fields = "name,media_type,width,height,taken,camera,duration";
    let words = format!("scan d --sort taken,name --fields {fields}");
    let run = within(&tree).words(&words).run().succeeds();
    let expected = "\
2019.raf\timage/x-fujifilm-raf\t6240\t4160\t2019-01-02T02:04:05.000000000Z\t\
FUJIFILM X-T3\t-
2024.jpg\timage/jpeg\t640\t480\t2024-05-17T11:30:05.250000000Z\t\
Canon EOS 5D Mark II\t-
film.mp4\tvideo/mp4\t1920\t1080\t2024-05-17T13:30:05.000000000Z\t-\t12.5
broken.jpg\t-\t-\t-\t-\t-\t-
empty.jpg\t-\t-\t-\t-\t-\t-
notes.txt\t-\t-\t-\t-\t-\t-
undated.png\timage/png\t90\t80\t-\tCanon EOS 5D Mark II\t-
";
    assert_eq!(run.text(), expected);

    let words = format!("{words} --format ndjson");
    let run = within(&tree).words(&words).run().succeeds();
    let rows = records::ndjson(&run.stdout);
    assert_eq!(rows[2]["duration"], 12.5);
    assert_eq!(rows[1]["width"], 640);
    assert!(rows[3]["taken"].is_null());

    let template = "{taken:%Y|modified:%Y}/{camera:slug|\"none\"}/{width:06}";
    let words = ["scan", "d", "-e", "jpg,raf", "--sort", "name:desc"];
    let run = within(&tree).args(words).args(["--template", template]);
    let run = run.run().succeeds();
    let lines: Vec<_> = run.text().lines().collect();
    assert!(lines.contains(&"2024/canon-eos-5d-mark-ii/000640"), "{lines:?}");
    assert!(lines.contains(&"2019/fujifilm-x-t3/006240"), "{lines:?}");

    let words = format!("hash d --fields hash,{fields} --format csv");
    let run = within(&tree).words(&words).run().succeeds();
    let table = records::csv(&run.stdout);
    assert_eq!(table.len(), 7);
    assert!(table.column("camera").contains(&"FUJIFILM X-T3".to_owned()));
}

#[test]
fn a_time_without_an_offset_is_that_of_the_local_zone() {
    let tree = Tree::new();
    let summer = Shot {
        original: Some("2024:07:15 12:00:00"),
        offset: None,
        fraction: None,
        ..Shot::default()
    };
    tree.file("a.jpg", jpeg(&summer, Order::Little, 0));
    for (zone, taken) in [
        ("Europe/Berlin", "2024-07-15T10:00:00.000000000Z"),
        ("America/New_York", "2024-07-15T16:00:00.000000000Z"),
        ("UTC", "2024-07-15T12:00:00.000000000Z"),
    ] {
        let here = || sanchay().within(tree.root()).env("TZ", zone);
        let run = here().words("scan --fields taken").run().succeeds();
        assert_eq!(run.text().trim_end(), taken, "{zone}");
        // The date that the camera wrote is the date that a name gets.
        let words = ["scan", "--template", "{taken:%Y-%m-%d %H:%M:%S}"];
        let run = here().args(words).run().succeeds();
        assert_eq!(run.text().trim_end(), "2024-07-15 12:00:00", "{zone}");
        let exactly = "taken >= 2024-07-15T12:00:00 and taken <= \
                       2024-07-15T12:00:00";
        let run = here().args(["scan", "--count", "--where", exactly]).run();
        assert_eq!(run.succeeds().text().trim_end(), "1", "{zone}");
    }
}

#[test]
fn every_command_filters_by_them() {
    let tree = photos();
    let copy = std::fs::read(tree.path("d/2024.jpg")).unwrap();
    tree.file("d/copy.jpg", &copy);
    tree.file("d/broken too.jpg", "no picture at all");
    let wide = ["--where", "width > 100"];
    let run = within(&tree).args(["hash", "d"]).args(wide).run().succeeds();
    assert_eq!(run.lines().len(), 4, "{}", run.text());
    let words = ["dupes", "-q", "d", "--fields", "name,camera"];
    let run = within(&tree).args(words).args(wide).run().succeeds();
    let expected =
        ["2024.jpg\tCanon EOS 5D Mark II", "copy.jpg\tCanon EOS 5D Mark II"];
    let lines: Vec<_> =
        run.text().lines().filter(|it| !it.is_empty()).collect();
    assert_eq!(lines, expected);
    let words = ["summary", "d", "--format", "json"];
    let run = within(&tree).args(words).args(wide).run().succeeds();
    let summary: serde_json::Value =
        serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(summary["files"], 4);
    let run = within(&tree).args(["scan", "--count", "d"]).args(wide).run();
    assert_eq!(run.succeeds().text().trim_end(), "4");
    // With links followed, directories are read level by level.
    std::os::unix::fs::symlink("d/e", tree.path("d/link")).unwrap();
    let run = within(&tree).args(["scan", "-L", "--count", "d"]).args(wide);
    assert_eq!(run.run().succeeds().text().trim_end(), "4");
}

#[test]
fn files_that_are_named_are_filtered_by_them_too() {
    let tree = photos();
    let files = ["d/2024.jpg", "d/e/2019.raf", "d/broken.jpg"];
    for command in ["scan", "hash"] {
        let run = within(&tree)
            .arg(command)
            .args(files)
            .args(["--where", "width > 4000", "--fields", "path,width"])
            .run()
            .succeeds();
        assert_eq!(run.text(), "d/e/2019.raf\t6240\n", "{command}");
    }
}

#[test]
fn only_what_all_else_lets_through_is_opened() {
    let tree = photos();
    let locked = tree.file("d/locked.jpg", "no picture");
    set_mode(&locked, 0);
    let run = |filter: &str| {
        let words = ["scan", "d", "--fields", "name", "--where", filter];
        sanchay().unprivileged(&tree).within(tree.root()).args(words).run()
    };
    // By its name, its size, or something else that is known without it.
    for filter in [
        "width > 100",
        "has(camera) or ext = jpg",
        "ext = jpg and width > 100",
    ] {
        let run = run(filter).exits(3);
        let complaints = run.complaints();
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].contains("locked.jpg"), "{complaints:?}");
        assert!(!run.text().contains("locked"), "{}", run.text());
    }
    for filter in [
        "ext = raf and width > 100",
        "size > 1MB and width > 100",
        "modified before 2000-01-01 and width > 100",
        "ext = jpg",
    ] {
        let _ = run(filter).succeeds();
    }
    // Asked for as a field, it is reported without.
    let words = "scan d -g locked.jpg --fields name,width";
    let run = sanchay().unprivileged(&tree).within(tree.root()).words(words);
    let run = run.run().exits(3);
    assert_eq!(run.text(), "locked.jpg\t-\n");
}

#[test]
fn an_expression_that_tests_them_is_explained_and_its_mistakes_are_shown() {
    let filter = "duration > 1h30m and camera = x and has(taken)";
    let run = sanchay().args(["scan", "--explain", "--where", filter]).run();
    let text = run.succeeds();
    assert_eq!(
        text.text(),
        "not hidden and duration > 5400s and camera = \"x\" and has(taken) and \
         kind = file\n"
    );
    for (filter, message) in [
        ("width > 1MB", "expected a number"),
        ("duration > 3months", "expected a duration"),
        ("taken > 30d", "a duration is no point in time"),
        ("camera > x", "camera is compared otherwise"),
        ("widht > 5", "did you mean width?"),
    ] {
        let run = sanchay().args(["scan", "--where", filter]).run().exits(2);
        let complaint = &run.stderr;
        assert!(complaint.contains(message), "{complaint}");
    }
}

/// What ExifTool says of files: their types, dimensions and times.
fn exiftool(tree: &Tree, more: &[&str]) -> serde_json::Value {
    let output = Command::new("exiftool")
        .current_dir(tree.root())
        .args(["-q", "-j", "-n", "-r", "-FileName", "-MIMEType"])
        .args(["-ImageWidth", "-ImageHeight", "-Make", "-Model"])
        .args(["-SubSecDateTimeOriginal", "-Duration"])
        .args(more)
        .arg("d")
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn exiftool_reads_the_same_in_each_format() {
    if !has("exiftool") {
        return;
    }
    let tree = Tree::new();
    let shot = Shot::default();
    let of = |make, model| Shot { camera: (make, model), ..Shot::default() };
    let nikon = of("NIKON CORPORATION", "NIKON D300");
    let sony = of("SONY", "ILCE-7M3");
    let size = (640, 480);
    let film = Film { created: 3_798_797_405, size, ..Film::default() };
    let quicktime = Film { brand: b"qt  ", is_long: true, ..film.clone() };
    let mkv = |kind| matroska::film(kind, size, 12_500.0, 1);
    for (name, bytes) in [
        ("a.jpg", jpeg(&shot, Order::Big, 100_000)),
        ("b.jpg", jpeg(&shot, Order::Little, 0)),
        ("a.png", png(&shot, Place::Before, 100)),
        ("b.png", png(&shot, Place::Behind, 50_000)),
        ("a.webp", webp(&shot, 20_001)),
        ("a.tif", scan(&shot, Order::Big)),
        ("a.heic", heif(&shot, b"heic", 50_000)),
        ("a.avif", heif(&shot, b"avif", 10)),
        ("a.cr2", cr2(&shot)),
        ("a.cr3", cr3(&shot)),
        ("a.nef", raw(&nikon, Order::Big)),
        ("a.arw", raw(&sony, Order::Little)),
        ("a.dng", dng(&shot, Order::Little)),
        ("a.mp4", film.file()),
        ("a.mov", quicktime.file()),
        ("a.mkv", mkv("matroska")),
        ("a.webm", mkv("webm")),
        ("a.avi", avi(size, 250, 50_000)),
        ("a.bmp", bmp(640, -480)),
        ("a.wav", wave(1_102_500, 88_200)),
        ("a.flac", flac(551_250, 44_100)),
    ] {
        tree.file(format!("d/{name}").as_str(), bytes);
    }
    let theirs = exiftool(&tree, &[]);
    let words = "scan d --format json --fields \
                 name,media_type,width,height,taken,camera,duration";
    let run = within(&tree).words(words).run().succeeds();
    let ours = records::json(&run.stdout);
    assert_eq!(ours.len(), theirs.as_array().unwrap().len());
    for own in &ours {
        let name = &own["name"];
        let find = |it: &&serde_json::Value| it["FileName"] == *name;
        let their = theirs.as_array().unwrap().iter().find(find).unwrap();
        assert_eq!(own["media_type"], their["MIMEType"], "{name}");
        assert_eq!(own["width"], their["ImageWidth"], "{name}");
        assert_eq!(own["height"], their["ImageHeight"], "{name}");
        let has_time = own["camera"].is_string();
        if has_time {
            let taken = "2024-05-17T11:30:05.250000000Z";
            assert_eq!(own["taken"], taken, "{name}");
            let time = &their["SubSecDateTimeOriginal"];
            assert_eq!(time, "2024:05:17 13:30:05.25+02:00", "{name}");
            let model = their["Model"].as_str().unwrap();
            let camera = own["camera"].as_str().unwrap();
            assert!(camera.ends_with(model), "{name}: {camera}");
        }
        if let Some(seconds) = their["Duration"].as_f64() {
            // That of a sound it reckons from the size of the file.
            let own = own["duration"].as_f64().unwrap();
            let is_near = (own - seconds).abs() < 0.001 * seconds;
            assert!(is_near, "{name}: {own}, {seconds}");
        }
    }
}

#[test]
fn times_that_exiftool_writes_are_read() {
    if !has("exiftool") {
        return;
    }
    let tree = Tree::new();
    let blank = Shot {
        original: None,
        offset: None,
        fraction: None,
        changed: None,
        ..Shot::default()
    };
    tree.file("d/a.jpg", jpeg(&blank, Order::Big, 70_000));
    tree.file("d/a.png", png(&blank, Place::Before, 50_000));
    tree.file("d/a.webp", webp(&blank, 50_000));
    tree.file("d/a.tif", scan(&blank, Order::Little));
    tree.file("d/a.dng", dng(&blank, Order::Little));
    tree.file("d/a.heic", heif(&blank, b"heic", 50_000));
    tree.file("d/a.mov", Film { brand: b"qt  ", ..Film::default() }.file());
    let status = Command::new("exiftool")
        .current_dir(tree.root())
        .args(["-q", "-m", "-overwrite_original", "-r"])
        .arg("-DateTimeOriginal=2022:02:03 04:05:06")
        .args(["-OffsetTimeOriginal=-05:00", "-SubSecTimeOriginal=5"])
        .args(["-Make=SONY", "-Model=ILCE-7M3"])
        .arg("-Keys:CreationDate=2022:02:03 04:05:06-05:00")
        .args(["-Keys:Make=SONY", "-Keys:Model=ILCE-7M3", "d"])
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
    let words = "scan d --sort name --fields name,taken,camera";
    let run = within(&tree).words(words).run().succeeds();
    let mut lines = 0;
    for line in run.text().lines() {
        let name = line.split('\t').next().unwrap();
        let fraction = if name == "a.mov" { "000" } else { "500" };
        let rest =
            format!("2022-02-03T09:05:06.{fraction}000000Z\tSONY ILCE-7M3");
        assert_eq!(line, format!("{name}\t{rest}"));
        lines += 1;
    }
    assert_eq!(lines, 7);
}

#[test]
fn files_are_renamed_by_when_they_were_taken() {
    let tree = photos();
    let to = "{n:02}_{taken:%Y-%m-%d}_{width}.{ext}";
    let words = ["rename", "d", "--to", to, "--sort", "taken"];
    let run = within(&tree)
        .args(words)
        .args(["--where", "has(taken)"])
        .run()
        .succeeds();
    for name in [
        "d/e/01_2019-01-02_6240.raf",
        "d/02_2024-05-17_640.jpg",
        "d/03_2024-05-17_1920.mp4",
    ] {
        let name = name.rsplit('/').next().unwrap();
        assert!(run.text().contains(name), "{name}: {}", run.text());
    }
    // A file that tells no time has no such name, unless there is another.
    let to = "{taken:%Y|\"undated\"}_{name}";
    let run = within(&tree).args(["rename", "d", "--to", to]).run();
    let run = run.succeeds();
    assert!(run.text().contains("undated_broken.jpg"), "{}", run.text());
    assert!(run.text().contains("2024_2024.jpg"), "{}", run.text());
}
