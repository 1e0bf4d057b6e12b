import Acquisition
import Decoding
import Metering
import Settings

/// Reads `files:` of `gateway.yaml`: the folders into which files of readings are dropped.
struct FilesSection {
    let secrets: Secrets
    let layouts: [FeedLayout]
    /// Whether a layout file has problems of its own; then one that is not found is no further mistake.
    let hasBrokenLayouts: Bool

    func folders(_ root: Section) -> [FolderSettings] {
        root.sections("files").compactMap(folder)
    }

    private func folder(_ section: Section) -> FolderSettings? {
        let id = section.requiredText("id")
        let folder = section.requiredText("folder")
        let layout = layout(section)
        let seconds = section.integer("poll_seconds", in: 1...86_400) ?? 60
        let settle = section.choice("settle", ["unchanged", "companion"]) ?? "unchanged"
        let suffix = section.text("companion") ?? ".sha256"
        let megabytes = section.integer("megabytes", in: 1...256) ?? 64
        let remoteSection = section.section("sftp")
        let remote = remoteSection.flatMap(remote)
        section.finish()
        guard let id, let folder, let layout else { return nil }
        if remoteSection != nil, remote == nil { return nil }
        return FolderSettings(
            id: Path.ID(id),
            folder: folder,
            layout: layout,
            interval: .seconds(seconds),
            companion: settle == "companion" ? suffix : nil,
            mostBytes: megabytes * 1_000_000,
            remote: remote
        )
    }

    private func layout(_ section: Section) -> FeedLayout? {
        guard let name = section.requiredText("layout") else { return nil }
        let layout = layouts.first { $0.id.rawValue == name }
        if layout == nil, !hasBrokenLayouts {
            section.problem(at: "layout", .choice(layouts.map(\.id.rawValue).sorted()), found: "'\(name)'")
        }
        return layout
    }

    private func remote(_ section: Section) -> SFTPSettings? {
        let url = section.requiredText("url")
        let user = section.requiredText("user")
        let hosts = section.requiredText("known_hosts")
        let key = section.text("key_file")
        let password = secrets.secret("password", in: section)
        let seconds = section.integer("timeout_seconds", in: 1...3_600) ?? 60
        section.finish()
        if key == nil, password == nil, !section.has("password_env"), !section.has("password_file") {
            section.problem(
                at: "key_file",
                .other(
                    english: "a key_file, or a password by password_env or password_file",
                    japanese: "key_file、または password_env か password_file による暗証"
                )
            )
        }
        guard let url, let user, let hosts, key != nil || password != nil else { return nil }
        guard url.hasPrefix("sftp://"), url.hasSuffix("/") else {
            section.problem(
                at: "url",
                .other(
                    english: "the sftp address of a folder, with a slash at its end",
                    japanese: "末尾が / の sftp フォルダのアドレス"
                )
            )
            return nil
        }
        return SFTPSettings(
            url: url,
            user: user,
            keyFile: key,
            password: password,
            knownHosts: hosts,
            timeoutSeconds: seconds
        )
    }
}
