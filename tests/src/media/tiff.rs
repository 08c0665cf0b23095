//! TIFF 6.0: directories of tagged values.

/// The order of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The low byte first.
    Little,
    /// The high byte first.
    Big,
}

/// The value of a tag.
#[derive(Clone, Debug)]
pub enum Field {
    /// A text, which a zero byte ends.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A number of 16 bits.
    Short(u16),
    /// A number of 32 bits.
    Long(u32),
    /// Several.
    Longs(Vec<u32>),
    /// Where a directory lies.
    Directory(Vec<(u16, Field)>),
    /// Where several lie.
    Directories(Vec<Vec<(u16, Field)>>),
}

/// A file of these directories, each of which names the next, with a mark
/// behind its header.
#[must_use]
pub fn file(
    order: Order,
    mark: &[u8],
    directories: &[Vec<(u16, Field)>],
) -> Vec<u8> {
    let mut file = Writer { order, bytes: Vec::new() };
    file.bytes.extend(match order {
        Order::Little => b"II",
        Order::Big => b"MM",
    });
    file.short(42);
    let mut link = file.bytes.len();
    file.long(0);
    file.bytes.extend(mark);
    for directory in directories {
        let at = file.bytes.len();
        file.patch(link, at);
        link = file.directory(directory);
    }
    file.bytes
}

struct Writer {
    order: Order,
    bytes: Vec<u8>,
}

impl Writer {
    fn short(&mut self, number: u16) {
        self.bytes.extend(match self.order {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        });
    }

    fn long(&mut self, number: u32) {
        let bytes = self.long_bytes(number);
        self.bytes.extend(bytes);
    }

    fn long_bytes(&self, number: u32) -> [u8; 4] {
        match self.order {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        }
    }

    /// Writes an offset at a place that was left for it.
    fn patch(&mut self, place: usize, offset: usize) {
        let bytes = self.long_bytes(u32::try_from(offset).unwrap());
        self.bytes.splice(place..place + 4, bytes);
    }

    /// Writes a directory and what its entries point to. Returns where it
    /// says where the next one lies.
    fn directory(&mut self, entries: &[(u16, Field)]) -> usize {
        let mut entries: Vec<_> = entries.iter().collect();
        entries.sort_by_key(|(tag, _)| *tag);
        self.short(u16::try_from(entries.len()).unwrap());
        let mut later: Vec<(usize, Later<'_>)> = Vec::new();
        for (tag, field) in entries {
            self.short(*tag);
            let (kind, count) = match field {
                Field::Text(text) => (2, text.len() + 1),
                Field::Bytes(bytes) => (1, bytes.len()),
                Field::Short(_) => (3, 1),
                Field::Long(_) | Field::Directory(_) => (4, 1),
                Field::Longs(numbers) => (4, numbers.len()),
                Field::Directories(all) => (4, all.len()),
            };
            self.short(kind);
            self.long(u32::try_from(count).unwrap());
            let place = self.bytes.len();
            let data = match field {
                Field::Text(text) => [text.as_bytes(), b"\0"].concat(),
                Field::Bytes(bytes) => bytes.clone(),
                Field::Short(number) => {
                    self.short(*number);
                    Vec::new()
                }
                Field::Long(number) => self.long_bytes(*number).into(),
                Field::Longs(numbers) => numbers
                    .iter()
                    .flat_map(|it| self.long_bytes(*it))
                    .collect(),
                Field::Directory(entries) => {
                    let one = std::slice::from_ref(entries);
                    later.push((place, Later::Directories(one)));
                    Vec::new()
                }
                Field::Directories(all) => {
                    later.push((place, Later::Directories(all)));
                    Vec::new()
                }
            };
            if data.len() > 4 {
                later.push((place, Later::Data(data)));
            } else {
                self.bytes.extend(data);
            }
            self.bytes.resize(place + 4, 0);
        }
        let link = self.bytes.len();
        self.long(0);
        for (place, later) in later {
            self.bytes.resize(self.bytes.len().next_multiple_of(2), 0);
            let at = self.bytes.len();
            match later {
                Later::Data(data) => {
                    self.patch(place, at);
                    self.bytes.extend(data);
                }
                Later::Directories([one]) => {
                    self.patch(place, at);
                    self.directory(one);
                }
                Later::Directories(all) => {
                    self.patch(place, at);
                    self.bytes.resize(at + all.len() * 4, 0);
                    for (index, one) in all.iter().enumerate() {
                        let here = self.bytes.len();
                        self.patch(at + index * 4, here);
                        self.directory(one);
                    }
                }
            }
        }
        link
    }
}

/// What stands behind a directory.
enum Later<'f> {
    Data(Vec<u8>),
    Directories(&'f [Vec<(u16, Field)>]),
}
