//! Pictures of the other formats, decoded whole.

use std::io::Cursor;

use image::{
    DynamicImage, GenericImageView as _, ImageDecoder, ImageError,
    ImageReader, Limits,
};

use crate::{Cells, Error, MAX_SIDE, Picture, Small, shown};

pub(crate) fn look(
    bytes: &[u8],
    side: u32,
    memory: u64,
) -> Result<Picture, Error> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(memory);
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| Error::Format)?;
    if reader.format().is_none() {
        return Err(Error::Format);
    }
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let size = decoder.dimensions();
    let per_pixel = decoder.color_type().bytes_per_pixel();
    Error::check(size, per_pixel.into(), memory)?;
    decoder.set_limits(limits).map_err(failed)?;
    // Not told by every format.
    let orientation =
        decoder.orientation().map_or(1, image::metadata::Orientation::to_exif);
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;

    let (mut cells, mut small) = (Cells::new(size), Small::new(size, side));
    let mut row = Vec::new();
    for line in 0..size.1 {
        row.clear();
        push(&image, line, &mut row);
        cells.add(&row);
        if let Some(small) = &mut small {
            small.add(&row);
        }
    }
    Ok(shown(size, (&cells, small), orientation))
}

/// Appends a row of a picture, on white.
fn push(image: &DynamicImage, line: u32, row: &mut Vec<[u8; 3]>) {
    match image {
        DynamicImage::ImageRgb8(image) => {
            let length = image.width() as usize * 3;
            let start = line as usize * length;
            let bytes = image.as_raw().get(start..start + length);
            row.extend_from_slice(bytes.unwrap_or_default().as_chunks().0);
        }
        DynamicImage::ImageRgba8(image) => {
            let length = image.width() as usize * 4;
            let start = line as usize * length;
            let bytes = image.as_raw().get(start..start + length);
            let pixels = bytes.unwrap_or_default().as_chunks().0;
            row.extend(pixels.iter().copied().map(on_white));
        }
        image => row.extend(
            (0..image.width()).map(|x| on_white(image.get_pixel(x, line).0)),
        ),
    }
}

/// The colour of a pixel that may be transparent, on white.
fn on_white([red, green, blue, opacity]: [u8; 4]) -> [u8; 3] {
    match opacity {
        u8::MAX => [red, green, blue],
        _ => [red, green, blue].map(|it| {
            let opacity = u32::from(opacity);
            let sum = u32::from(it) * opacity + 255 * (255 - opacity);
            u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
        }),
    }
}

fn failed(error: ImageError) -> Error {
    Error::Decoding(error.to_string())
}
