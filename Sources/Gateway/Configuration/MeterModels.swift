public import Decoding
import FoundationEssentials
public import Settings

/// Meter models by themselves, without a pilot.
public enum MeterModels {
    /// Every model of `FOLDER/models`, in order of the files' names.
    public static func load(folder: String) throws(SettingsProblems) -> [MeterProfile] {
        var reading = ConfigurationReading(environment: [:])
        return try finish(reading.models(in: folder), reading)
    }

    /// The models in these files.
    public static func load(files: [String]) throws(SettingsProblems) -> [MeterProfile] {
        var reading = ConfigurationReading(environment: [:])
        return try finish(files.compactMap { reading.model(at: $0) }, reading)
    }

    private static func finish(
        _ models: [MeterProfile],
        _ reading: ConfigurationReading
    ) throws(SettingsProblems) -> [MeterProfile] {
        guard reading.problems.isEmpty else { throw SettingsProblems(reading.problems) }
        return models
    }
}
