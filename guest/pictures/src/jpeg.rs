//! Photographs, decoded at the least of the scales that are good enough.

use image::metadata::Orientation;
use jpeg_decoder::{Decoder, PixelFormat};

use crate::{Cells, Error, Picture, Small, shown};

/// How many pixels are wanted at least in either direction: two for a cell.
const WANTED: u16 = 48;

/// How much memory a decoder takes for each pixel of the whole picture, at
/// most: a coefficient of two bytes for each of four components.
const BYTES_PER_PIXEL: u64 = 8;

pub(crate) fn look(
    bytes: &[u8],
    side: u32,
    memory: u64,
) -> Result<Picture, Error> {
    let mut decoder = Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(
        usize::try_from(memory).unwrap_or(usize::MAX),
    );
    decoder.read_info().map_err(failed)?;
    let info = decoder.info().ok_or(Error::Format)?;
    let whole = (u32::from(info.width), u32::from(info.height));
    let per_pixel = match info.coding_process {
        jpeg_decoder::CodingProcess::DctSequential => 1,
        _ => BYTES_PER_PIXEL,
    };
    Error::check(whole, per_pixel, memory)?;
    let wanted = u16::try_from(side).unwrap_or(u16::MAX).max(WANTED);
    let (width, height) = decoder.scale(wanted, wanted).map_err(failed)?;
    let format = info.pixel_format;
    let pixels = decoder.decode().map_err(failed)?;
    let orientation = decoder
        .exif_data()
        .and_then(Orientation::from_exif_chunk)
        .map_or(1, Orientation::to_exif);

    let size = (width.into(), height.into());
    let (mut cells, mut small) = (Cells::new(size), Small::new(size, side));
    let length = usize::from(width) * format.pixel_bytes();
    let mut row = Vec::with_capacity(width.into());
    for line in pixels.chunks_exact(length.max(1)) {
        row.clear();
        match format {
            PixelFormat::L8 => row.extend(line.iter().map(|it| [*it; 3])),
            PixelFormat::L16 => {
                let high = |it: &[u8]| it.last().copied().unwrap_or_default();
                row.extend(line.chunks_exact(2).map(|it| [high(it); 3]));
            }
            PixelFormat::RGB24 => {
                row.extend_from_slice(line.as_chunks().0);
            }
            PixelFormat::CMYK32 => {
                row.extend(line.as_chunks().0.iter().copied().map(printed));
            }
        }
        cells.add(&row);
        if let Some(small) = &mut small {
            small.add(&row);
        }
    }
    Ok(shown(whole, (&cells, small), orientation))
}

/// The colour of four inks, as bright as they leave the paper.
fn printed([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let paper = 255 - u32::from(black);
    [cyan, magenta, yellow].map(|ink| {
        let left = (255 - u32::from(ink)) * paper / 255;
        u8::try_from(left).unwrap_or(u8::MAX)
    })
}

fn failed(error: jpeg_decoder::Error) -> Error {
    Error::Decoding(error.to_string())
}
