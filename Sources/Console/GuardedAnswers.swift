internal import Hummingbird
internal import Logging

/// Puts the headers on every answer by which a browser keeps foreign things out of the page.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in Self.fields {
            guard let name = HTTPFields.Element.Name(name) else { continue }
            response.headers[name] = value
        }
        return response
    }

    private static var fields: [(String, String)] {
        [
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
                    + "frame-ancestors 'none'"
            ),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Frame-Options", "DENY"),
        ]
    }
}

/// Turns what a route throws into an answer in the route's own language: a page, or JSON.
///
/// The reason goes to the log; the reader learns what does not work and what still does.
struct ProblemAnswers<Context: RequestContext>: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status.code < 500 {
            return try answer(error.status, to: request)
        } catch {
            logger.warning(
                "Console could not answer",
                metadata: ["http.path": "\(request.uri.path)", "error": "\(error)"]
            )
            return try answer(.serviceUnavailable, to: request)
        }
    }

    private func answer(_ status: HTTPResponse.Status, to request: Request) throws -> Response {
        let problem = ProblemPage(status: status.code)
        guard Self.speaksJSON(request.uri.path) else {
            return Response(try problem.html(), "text/html; charset=utf-8", status: status)
        }
        let document = ProblemDocument(status: status.code, message: problem.title)
        return try JSONAnswer(body: document, status: status).response()
    }

    private static func speaksJSON(_ path: String) -> Bool {
        path == "/health" || path.hasPrefix("/api/") || path.hasPrefix("/feed/")
    }
}
