public import Decoding
public import Settings

/// Layouts by themselves, without a pilot.
public enum FeedLayouts {
    /// Every layout of `FOLDER/layouts`, in order of the files' names.
    public static func load(folder: String) throws(SettingsProblems) -> [FeedLayout] {
        var reading = ConfigurationReading(environment: [:])
        return try finish(reading.layouts(in: folder), reading)
    }

    /// The layouts in these files.
    public static func load(files: [String]) throws(SettingsProblems) -> [FeedLayout] {
        var reading = ConfigurationReading(environment: [:])
        return try finish(files.compactMap { reading.layout(at: $0) }, reading)
    }

    private static func finish(
        _ layouts: [FeedLayout],
        _ reading: ConfigurationReading
    ) throws(SettingsProblems) -> [FeedLayout] {
        guard reading.problems.isEmpty else { throw SettingsProblems(reading.problems) }
        return layouts
    }
}
