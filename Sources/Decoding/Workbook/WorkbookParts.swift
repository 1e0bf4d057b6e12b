// The parts of a workbook, by their names in ECMA-376 part 1, clause 18; what readings do not need is left out.

/// `xl/workbook.xml`.
struct WorkbookPart: Decodable {
    let properties: Properties?
    let sheets: Sheets

    enum CodingKeys: String, CodingKey {
        case properties = "workbookPr"
        case sheets
    }

    struct Properties: Decodable {
        let date1904: String?
    }

    struct Sheets: Decodable {
        let list: [Sheet]

        enum CodingKeys: String, CodingKey {
            case list = "sheet"
        }
    }

    struct Sheet: Decodable {
        let name: String
        let relation: String

        /// The relation is an attribute of another name space, whose prefix each program chooses: `r:id`.
        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: AttributeName.self)
            name = try values.decode(String.self, forKey: AttributeName(stringValue: "name"))
            let key = values.allKeys.first { $0.stringValue.hasSuffix(":id") }
            relation = try values.decode(String.self, forKey: key ?? AttributeName(stringValue: "r:id"))
        }
    }

    struct AttributeName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }
}

/// `xl/_rels/workbook.xml.rels`: which sheet is which file.
struct RelationsPart: Decodable {
    let relations: [Relation]

    enum CodingKeys: String, CodingKey {
        case relations = "Relationship"
    }

    struct Relation: Decodable {
        let id: String
        let type: String
        let target: String

        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case type = "Type"
            case target = "Target"
        }
    }
}

/// `xl/sharedStrings.xml`.
struct StringsPart: Decodable {
    let items: [RichText]

    enum CodingKeys: String, CodingKey {
        case items = "si"
    }
}

/// A text, whole or in runs of different looks; its readings (ふりがな, `rPh`) are no part of it.
struct RichText: Decodable {
    let text: PlainText?
    let runs: [Run]

    var joined: String {
        text?.value ?? runs.map(\.text.value).joined()
    }

    enum CodingKeys: String, CodingKey {
        case text = "t"
        case runs = "r"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        text = try values.decodeIfPresent(PlainText.self, forKey: .text)
        runs = try values.decodeIfPresent([Run].self, forKey: .runs) ?? []
    }

    struct Run: Decodable {
        let text: PlainText

        enum CodingKeys: String, CodingKey {
            case text = "t"
        }
    }

    /// `<t>`, which may have an attribute.
    struct PlainText: Decodable {
        let value: String

        enum CodingKeys: String, CodingKey {
            case value = ""
        }
    }
}

/// `xl/worksheets/sheet1.xml`.
struct SheetPart: Decodable {
    let data: Rows

    enum CodingKeys: String, CodingKey {
        case data = "sheetData"
    }

    struct Rows: Decodable {
        let rows: [Row]

        enum CodingKeys: String, CodingKey {
            case rows = "row"
        }
    }

    struct Row: Decodable {
        let number: Int?
        let cells: [Cell]

        enum CodingKeys: String, CodingKey {
            case number = "r"
            case cells = "c"
        }
    }

    struct Cell: Decodable {
        let reference: String?
        /// s shared text, inlineStr text in place, n number, str result of a formula, b, e, d.
        let type: String?
        let value: String?
        let inline: RichText?

        enum CodingKeys: String, CodingKey {
            case reference = "r"
            case type = "t"
            case value = "v"
            case inline = "is"
        }
    }
}
