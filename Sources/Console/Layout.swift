internal import Mustache

/// What every page has around its content.
enum Layout {
    /// - Parameters:
    ///   - title: plain text; it is escaped here.
    ///   - refreshSeconds: after how long the browser asks again; nil for never.
    ///   - content: HTML, escaped already.
    /// - Returns: the whole page.
    /// - Throws: never, as long as the template below is whole.
    static func html(title: String, refreshSeconds: Int?, content: String) throws -> String {
        let values: [String: Any?] = ["title": title, "refresh": refreshSeconds, "content": content]
        return try MustacheTemplate(string: template).render(values.compactMapValues { $0 })
    }

    private static let template = """
        <!DOCTYPE html>
        <html lang="ja">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        {{#refresh}}<meta http-equiv="refresh" content="{{refresh}}">{{/refresh}}
        <meta name="robots" content="noindex">
        <title>{{title}}</title>
        <link rel="stylesheet" href="/console.css">
        <link rel="icon" type="image/svg+xml" href="/drop.svg">
        </head>
        <body>
        {{{content}}}
        </body>
        </html>

        """
}

/// The sign of the house: a drop of water.
enum Drop {
    static let svg = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">\
        <path fill="#0b5c7a" d="M16 2C11 10 6 15 6 20.5a10 10 0 0 0 20 0C26 15 21 10 16 2z"/>\
        <path fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" d="M11 20a5 5 0 0 0 4 5.5"/></svg>
        """
}
