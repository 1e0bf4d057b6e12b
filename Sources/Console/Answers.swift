internal import FoundationEssentials
internal import Hummingbird

/// One JSON object as an answer: snake_case, keys in order.
struct JSONAnswer<Body: Encodable> {
    let body: Body
    var status: HTTPResponse.Status = .ok

    func response() throws -> Response {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(body)
        return Response(data.map { $0 }, "application/json; charset=utf-8", status: status)
    }
}

extension Response {
    init(_ text: String, _ mediaType: String, status: HTTPResponse.Status = .ok, maxAge: Int? = nil) {
        self.init(Array(text.utf8), mediaType, status: status, maxAge: maxAge)
    }

    /// An answer that nobody may keep, or at most for `maxAge` seconds.
    init(_ bytes: [UInt8], _ mediaType: String, status: HTTPResponse.Status = .ok, maxAge: Int? = nil) {
        self.init(
            status: status,
            headers: [
                .contentType: mediaType,
                .cacheControl: maxAge.map { "max-age=\($0)" } ?? "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
