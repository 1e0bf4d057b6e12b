import Acquisition
import Decoding
import Gateway

/// An error that people at a meter are told, and that has its words in both languages.
protocol BilingualError: Error, CustomStringConvertible {
    var japanese: String { get }
}

extension Voice {
    func tell(_ error: any BilingualError) {
        tell(error.description, error.japanese)
    }

    /// Why something failed, for a document: JSON stays English under every `LANG`.
    func reason(_ error: any BilingualError) -> String {
        isJSON ? error.description : phrase(error.description, error.japanese)
    }
}

extension ActRefusal: BilingualError {}

extension BusError: BilingualError {
    var japanese: String {
        switch code {
        case .timeout: "応答がありません"
        case .mismatch: "受信した内容がこの問い合わせへの応答ではありません"
        case .damaged: "応答が壊れています (チェックサムまたは長さ)"
        case .exception(let code): "機器が例外応答 \(code) を返しました"
        case .stranger: "別の機器が応答しています (識別レジスタが機種と一致しません)"
        case .owed(let wait): "以前の問い合わせへの応答がまだ届く可能性があるため、あと \(wait.microseconds / 1_000) ミリ秒は問い合わせません"
        case .unreachable: "回線につながりません: \(message)"
        case .taken: "別のプログラムが回線を使用中です: \(message)"
        case .crowded: "回線の待ち行列が一杯です"
        }
    }
}

extension RegisterDecodingError: BilingualError {
    var japanese: String {
        switch self {
        case .wrongLength(let expected, let found): "データは \(expected) バイトのはずが \(found) バイトでした"
        case .notRead(let field): "\(field) のレジスタが読まれていません"
        case .withheld(let field): "\(field) が分かるまで指針は出せません"
        case .noValue(let field): "\(field) に値がありません"
        case .unknownCode(let field, let code): "\(field) に未知のコード \(code) が入っています"
        case .noChannel(let channel): "機種にチャネル \(channel) がありません"
        case .noScale: "設置情報に litres_per_count がありません"
        case .noOrder(let field): "\(field) に必要な byte_order が設置情報にありません"
        case .beyondDial(let millilitres): "\(millilitres) mL は指針の範囲外です"
        }
    }
}
