// swift-tools-version: 5.9
import PackageDescription

let package = Package(
    name: "DetectClient",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [.library(name: "DetectClient", targets: ["DetectClient"])],
    targets: [
        .target(name: "DetectClient"),
        .executableTarget(name: "detect", dependencies: ["DetectClient"]),
    ]
)
