#if canImport(ImageIO)
import Foundation
import ImageIO
import UniformTypeIdentifiers

/// Scales a photo down to a JPEG for the upload; smaller photos keep their size.
///
/// The EXIF orientation is applied to the pixels and dropped, so that the phone and the server show
/// the same photo.
///
/// - Parameter longerSide: longer side of the JPEG in pixels. The models read fewer.
/// - Returns: nil if the data is no image.
public func shrinkPhoto(_ photo: Data, longerSide: Int = 1280) -> Data? {
    let options: [CFString: Any] = [
        kCGImageSourceCreateThumbnailFromImageAlways: true,
        kCGImageSourceCreateThumbnailWithTransform: true,
        kCGImageSourceThumbnailMaxPixelSize: longerSide,
    ]
    guard let source = CGImageSourceCreateWithData(photo as CFData, nil),
        let image = CGImageSourceCreateThumbnailAtIndex(source, 0, options as CFDictionary)
    else { return nil }
    let jpeg = NSMutableData()
    let type = UTType.jpeg.identifier as CFString
    guard let target = CGImageDestinationCreateWithData(jpeg as CFMutableData, type, 1, nil)
    else { return nil }
    let quality = [kCGImageDestinationLossyCompressionQuality: 0.85]
    CGImageDestinationAddImage(target, image, quality as CFDictionary)
    return CGImageDestinationFinalize(target) ? Data(referencing: jpeg) : nil
}
#endif
