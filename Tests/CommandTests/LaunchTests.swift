import Foundation
import TestSupport
import Testing

@Suite("launch.sh, and the commands that the README prints", .serialized)
struct LaunchTests {
    /// Stands in for jcm: leaves the files that the demo asks for, and ends with `JCM_FAKE_CODE`.
    private static let fake = """
        #!/bin/bash
        case $1 in
            synthesize) mkdir -p "$2/query"; (cd "$2/query"; touch $(printf '%04d_c1s1_000000_00.jpg ' $(seq 3000))) ;;
            prepare) touch "$4" ;;
            train)
                if [ -n "${JCM_FAKE_WAIT:-}" ]; then
                    trap 'exit 75' USR1
                    touch "$JCM_FAKE_WAIT.$OMPI_COMM_WORLD_RANK"
                    while :; do sleep 0.05; done
                fi
                exit ${JCM_FAKE_CODE:-0} ;;
        esac
        """

    /// Runs bash in a folder that has launch.sh and its surroundings, with `program` (nil: the fake) as the built jcm.
    private func launch(
        _ script: String, program: URL? = nil, hosts: String? = nil, environment: [String: String] = [:]
    ) throws -> ProcessResult {
        try TestPaths.withTemporaryFolder { folder in
            let files = FileManager.default
            for name in ["launch.sh", "Package.swift", "cluster", "recipes"] {
                try files.copyItem(at: TestPaths.repository.appending(path: name), to: folder.appending(path: name))
            }
            if let hosts {
                try hosts.write(to: folder.appending(path: "cluster/hosts"), atomically: true, encoding: .utf8)
            }
            for name in ["Sources", ".build/release"] {
                try files.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            let built = folder.appending(path: ".build/release/jcm")
            if let program {
                try files.createSymbolicLink(at: built, withDestinationURL: program)
            } else {
                try Self.fake.write(to: built, atomically: true, encoding: .utf8)
                try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: built.path)
            }
            return try MPILauncher.runAlone(
                URL(filePath: "/bin/bash"), ["-c", "cd '\(folder.path)'\n\(script)"], environment: environment)
        }
    }

    @Test("The demo goes through to its last line, however many pictures there are")
    func demo() throws {
        let result = try launch("./launch.sh")
        #expect(result.exitCode == 0, "\(result.tail)")
        #expect(result.output.contains("done in "))
        #expect(
            result.output.contains("./launch.sh predict checkpoints/demo data/demo/twin/query/0001_c1s1_000000_00.jpg"))
    }

    @Test("A run that was stopped, and one that failed, end the demo with their codes", arguments: [75, 1])
    func codes(_ code: Int) throws {
        let result = try launch("./launch.sh", environment: ["JCM_FAKE_CODE": "\(code)"])
        #expect(result.exitCode == Int32(code), "\(result.tail)")
        #expect(!result.output.contains("done in "))
        #expect(result.output.contains("stopped on request") == (code == 75))
    }

    @Test("Ranks come from the host file; the line is printed before it is run")
    func hosts() throws {
        let result = try launch("./launch.sh train r --run-folder d", hosts: "# two\nlocalhost slots=2\n")
        #expect(result.exitCode == 0, "\(result.tail)")
        let line = result.output.split(separator: "\n").first ?? ""
        #expect(
            line.hasPrefix("$ mpirun --bind-to none --hostfile cluster/hosts") && line.contains(" -n 2 "), "\(line)")
    }

    private var train: String {
        "./launch.sh train tiny --run-folder run --set training.epochs=400 --set data.prepared='\(SmallWorld.prepared.path)'"
    }

    @Test("SIGTERM to launch.sh saves the run")
    func termination() throws {
        let result = try launch(
            """
            \(train) & job=$!
            until [ -s run/log.jsonl ]; do sleep 0.05; done
            kill $job; wait $job
            """, program: SmallWorld.jcm)
        #expect(result.exitCode == 75, "\(result.tail)")
        #expect(result.output.contains("stopped by a signal after step"), "\(result.tail)")
    }

    @Test("The job's code is reported also where it ends before launch.sh comes back to it")
    func endsWhileSignalled() throws {
        let result = try launch(
            """
            kill() { builtin kill "$@" && while builtin kill -0 $job 2>/dev/null; do sleep 0.1; done; }
            export -f kill
            JCM_RANKS=2 JCM_FAKE_WAIT=$PWD/started ./launch.sh train r & job=$!
            until [ -e started.0 ] && [ -e started.1 ]; do sleep 0.05; done
            builtin kill $job; wait $job
            """)
        #expect(result.exitCode == 75, "\(result.tail)")
        #expect(result.output.contains("stopped on request"), "\(result.tail)")
    }

    /// `exec`: a shell that stays between terminal and launch.sh (dash does) ends by the Ctrl-C itself, with 130.
    @Test("Ctrl-C on a terminal saves the run")
    func interruption() throws {
        let result = try launch(
            """
            { until [ -s run/log.jsonl ]; do sleep 0.05; done; printf '\\003'; sleep 4; } |
                script -qec "exec \(train)" /dev/null
            """, program: SmallWorld.jcm)
        #expect(result.exitCode == 75, "\(result.tail)")
        #expect(result.output.contains("stopped by a signal after step"), "\(result.tail)")
    }

    @Test("The README's commands for one's own data run as they are printed")
    func ownData() throws {
        let readme = try String(contentsOf: TestPaths.repository.appending(path: "README.md"), encoding: .utf8)
        let section = readme.components(separatedBy: "\n## ").first { $0.hasPrefix("Your own data") } ?? ""
        let commands = section.split(separator: "\n").filter { $0.hasPrefix("    ./launch.sh ") }
        #expect(commands.count == 3)
        let script = """
            printf 'path,split,identity,camera,gender,hat,upper_colour\\n' > people.csv
            n=0
            for picture in $(find '\(SmallWorld.twin.path)/bounding_box_train' -name '*.jpg' | sort); do
                name=$(basename $picture) n=$((n + 1)); person=${name%%_*}
                case $((n % 4)) in 0) split=query camera=2 ;; 1) split=gallery camera=1 ;; *) split=train camera=1 ;; esac
                gender=male; [ $((10#$person % 2)) = 0 ] && gender=female
                echo "$picture,$split,p$person,$camera,$gender,yes,red" >> people.csv
            done
            """
        let result = try launch(
            ([script, "set -e"] + commands.map(String.init)).joined(separator: "\n"), program: SmallWorld.jcm)
        #expect(result.exitCode == 0, "\(result.tail)")
        #expect(result.output.contains("figures: checkpoints/people/results.json"), "\(result.tail)")
    }

    /// The twin's training pictures under the names that a recipe's first lines give them.
    private static let sources = [
        "market-small": "ln -s '\(SmallWorld.twin.path)' Market-1501-v15.09.15",
        "towncentre-small": """
        archive=PETA/TownCentre/archive; mkdir -p $archive; n=0
        for picture in $(find '\(SmallWorld.twin.path)/bounding_box_train' -name '*.jpg' | sort); do
            name=$(basename $picture) n=$((n + 1)); person=${name%%_*}
            ln -s $picture $archive/${person}_$n.jpg
            gender=Male; [ $((10#$person % 2)) = 0 ] && gender=Female
            echo "$person personal$gender personalLess30 hairShort upperBodyRed lowerBodyBlue" >> $archive/labels
        done
        sort -u $archive/labels > $archive/Label.txt; rm $archive/labels
        """,
    ]

    @Test("A recipe's own commands run as its first lines print them", arguments: ["market-small", "towncentre-small"])
    func recipe(_ name: String) throws {
        let path = TestPaths.repository.appending(path: "recipes/\(name).yaml")
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        let commands = lines.filter { $0.hasPrefix("#     ./launch.sh ") }.map { String($0.dropFirst(6)) }
        #expect(commands.count == 3)
        let script = ["set -e", try #require(Self.sources[name])] + commands
        let result = try launch(script.joined(separator: "\n"), program: SmallWorld.jcm)
        #expect(result.exitCode == 0, "\(result.tail)")
        #expect(result.output.contains("figures: checkpoints/\(name)/results.json"), "\(result.tail)")
        #expect(result.output.contains("re-ranked: columns") == (name == "market-small"), "\(result.tail)")
    }
}
