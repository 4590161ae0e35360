import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { digestKinds } from "@mcp-trail/event";
import type { ConvertCommandOptions } from "./commands/convert.ts";
import type { DoctorCommandOptions } from "./commands/doctor.ts";
import type { HashCommandOptions } from "./commands/hash.ts";
import type { TailCommandOptions } from "./commands/tail.ts";
import type { TestEventCommandOptions } from "./commands/test-event.ts";
import type { ValidateCommandOptions } from "./commands/validate.ts";
import type { VerifyCommandOptions } from "./commands/verify.ts";
import { escape } from "./escape.ts";
import { isFailure } from "./failure.ts";
import type { ExitCode, Io } from "./io.ts";

/**
 * Runs `mcp-trail` with arguments (without the interpreter and the script) and resolves with its exit code:
 * 0 good, 1 something is wrong with what was looked at, 2 it could not be judged or the command was wrong.
 */
export async function run(args: readonly string[], io: Io, version: string): Promise<ExitCode> {
	let exitCode: ExitCode = 0;
	const writing: Promise<void>[] = [];
	// Each command loads what it needs when it runs: the schema alone takes longer to load than most of them work.
	const program = new Command("mcp-trail")
		.description("Looks after the audit trail of MCP clients and servers.")
		.version(version)
		.showHelpAfterError("Run mcp-trail --help to see what there is.")
		.exitOverride()
		.configureOutput({
			writeOut: (text) => void writing.push(io.stdout.write(text)),
			writeErr: (text) => void writing.push(io.stderr.write(text)),
		});
	program
		.command("verify")
		.description("proves that nothing in a trail was changed, removed, inserted or reordered")
		.argument("<path>", "a trail's folder, an NDJSON file, or - for standard input")
		.option(
			"--head <stream:sequence:hash>",
			"a record known from elsewhere; @<file> for one a line; may be repeated",
			collect,
		)
		.option("--require-anchor", "exit with 2 unless a known head vouches for every stream")
		.option("--excerpt", "the input is a part of something longer: a missing beginning is no fault")
		.option("--max-faults <number>", "faults listed one by one", wholeNumber, 100)
		.addOption(
			new Option(
				"--json",
				"the report as JSON; the default where the output is no terminal",
			).conflicts("text"),
		)
		.option("--text", "the report in words; the default on a terminal")
		.addHelpText("after", "\nExit codes: 0 good, 1 faults found, 2 could not judge.")
		.action(async (path: string, options: VerifyCommandOptions) => {
			const { verify } = await import("./commands/verify.ts");
			exitCode = await verify(path, options, io);
		});
	program
		.command("tail")
		.description("shows the last events of a trail, one escaped line each")
		.argument("<path>", "a trail's folder, an NDJSON file, or - for standard input")
		.option("-f, --follow", "go on with what comes, over rotation and new streams")
		.option("-n, --lines <number>", "how many, or all", "10")
		.option("--json", "the stored lines as they are")
		.addHelpText("after", "\nExit codes: 0 shown, 2 could not be read.")
		.action(async (path: string, options: TailCommandOptions) => {
			const { tail } = await import("./commands/tail.ts");
			exitCode = await tail(path, options, io);
		});
	program
		.command("validate")
		.description("validates events against the schema")
		.argument(
			"<paths...>",
			"trails' folders, or files of NDJSON, a JSON object or an array; - for standard input",
		)
		.addOption(
			new Option(
				"--as <form>",
				"reader: any 1.x; writer: exactly as recorded; audit, new: before sealing",
			)
				.choices(["reader", "writer", "audit", "new"])
				.default("reader"),
		)
		.option("--json", "one JSON object for each problem")
		.addHelpText("after", "\nExit codes: 0 all valid, 1 some are not, 2 could not be read.")
		.action(async (paths: readonly string[], options: ValidateCommandOptions) => {
			const { validate } = await import("./commands/validate.ts");
			exitCode = await validate(paths, options, io);
		});
	program
		.command("hash")
		.description("writes the keyed digest of a value, to look it up in a trail")
		.argument(
			"[value]",
			"the value; - or nothing for standard input, which keeps it out of the shell's history",
			"-",
		)
		.addOption(
			new Option("--kind <kind>", "what it is").choices([...digestKinds]).makeOptionMandatory(),
		)
		.option("--key-file <file>", "the digest keys; default MCP_TRAIL_DIGEST_KEY_FILE")
		.option("--trail <folder>", "says whether this trail's digests can be looked up at all")
		.addHelpText("after", "\nExit codes: 0 written, 2 it has no digest that could be looked up.")
		.action(async (value: string, options: HashCommandOptions) => {
			const { hash } = await import("./commands/hash.ts");
			exitCode = await hash(value, options, io);
		});
	program
		.command("convert")
		.description("says stored events in another schema's words, one line each")
		.argument("[paths...]", "NDJSON files or trails' folders; - or nothing for standard input")
		.requiredOption(
			"--to <format>",
			"ocsf, ocsf_1_8, ecs, cloudevents, otlp_log, asim, udm, cim, cef, leef, rfc5424, rfc5424_cef, rfc5424_json, sep3004",
		)
		.option("--skip-invalid", "exit with 0 although lines were left out; each is still named")
		.option("--json", "what was left out as one JSON object each, on standard error")
		.addHelpText(
			"after",
			"\nExit codes: 0 all converted, 1 some were no events and left out, 2 could not be read.",
		)
		.action(async (paths: readonly string[], options: ConvertCommandOptions) => {
			const { convert } = await import("./commands/convert.ts");
			exitCode = await convert(paths, options, io);
		});
	program
		.command("test-event")
		.description("sends one test event through a sink and says what became of it")
		.requiredOption("--to <sink>", "its name in the configuration, a type, or all")
		.option("--config <file>", "default mcp-trail.json, else mcp-trail.config.json")
		.option("--timeout-ms <number>", "longest wait for each sink", wholeNumber, 30_000)
		.option("--json", "one JSON object for each sink")
		.addHelpText(
			"after",
			"\nExit codes: 0 delivered to all, 1 not to some, 2 the configuration is wrong.",
		)
		.action(async (options: TestEventCommandOptions) => {
			const { testEvent } = await import("./commands/test-event.ts");
			exitCode = await testEvent(options, io);
		});
	program
		.command("doctor")
		.description("says what node --import @mcp-trail/node/register would do for an application")
		.argument("[app]", "the application's folder, or its first file", ".")
		.option("--config <file>", "the configuration; default as register finds it")
		.option("--no-probe", "ask no destination")
		.option("--timeout-ms <number>", "longest wait for each sink", wholeNumber, 10_000)
		.option("--json", "everything as one JSON object")
		.addHelpText(
			"after",
			"\nExit codes: 0 all works, 1 something does not, 2 the configuration is wrong.",
		)
		.action(async (app: string, options: DoctorCommandOptions) => {
			const { doctor } = await import("./commands/doctor.ts");
			exitCode = await doctor(app, options, io);
		});

	for (const command of program.commands)
		command.showHelpAfterError(`Run mcp-trail ${command.name()} --help to see what it takes.`);

	try {
		await program.parseAsync([...args], { from: "user" });
	} catch (error) {
		exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 2;
		if (!(error instanceof CommanderError)) await tellError(error, io);
	}
	try {
		// Help ends the parser before it is written.
		await Promise.all(writing);
	} catch (error) {
		exitCode = 2;
		await tellError(error, io);
	}
	return exitCode;
}

async function tellError(error: unknown, io: Io): Promise<void> {
	if (io.signal.aborted) return;
	const isExpected = isFailure(error) || (error instanceof Error && "code" in error);
	const message = error instanceof Error ? error.message : String(error);
	const stack = error instanceof Error && !isExpected ? `\n${error.stack ?? ""}` : "";
	// A configuration's problems stand on a line each.
	const lines = message.split("\n").map((line) => escape(line, 2048));
	await io.stderr.write(`mcp-trail: ${lines.join("\n")}\n${stack && `${stack}\n`}`);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
	return [...before, value];
}

function wholeNumber(text: string): number {
	if (/^[0-9]{1,7}$/.test(text)) return Number(text);
	throw new InvalidArgumentError("Give a whole number.");
}
