internal import Mustache

/// The page that stands where another could not.
struct ProblemPage {
    let status: Int

    var title: String {
        switch status {
        case 404: "ページが見つかりません"
        case 400..<500: "この要求には応じられません"
        default: "いまは表示できません"
        }
    }

    private var advice: String {
        switch status {
        case 404: "アドレスが正しいか確かめてください。"
        case 400..<500: "一覧へ戻り、もう一度操作してください。"
        default: "記録を読み出せませんでした。収集が動いているかどうかは状態(/health)と記録(ログ)で確かめてください。このページは60秒ごとに読み直します。"
        }
    }

    func html() throws -> String {
        let values = ["title": title, "advice": advice, "status": "\(status)"]
        return try Layout.html(
            title: "\(title) · 水守",
            refreshSeconds: status >= 500 ? 60 : nil,
            content: MustacheTemplate(string: ProblemPage.template).render(values)
        )
    }

    private static let template = """
        <header><p class="mark"><a href="/">水守</a></p></header>
        <main class="problem">
        <h1>{{title}}</h1>
        <p>{{advice}}</p>
        <p><a href="/">一覧へ</a> · <a href="/health">状態</a></p>
        <p class="quiet">HTTP {{status}}</p>
        </main>
        """
}
