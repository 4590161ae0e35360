/** `npm run bench [-- --short] [--only <name>]`: every figure as a ratio in one run, median with interval, target and verdict. */
import { parseArgs } from "node:util";
import { benchAppend } from "./append.ts";
import { benchBytes } from "./bytes.ts";
import { benchCalls } from "./calls.ts";
import { benchElasticsearch } from "./elasticsearch.ts";
import { benchFormats } from "./formats.ts";
import { benchKafka } from "./kafka.ts";
import { benchPeers } from "./peers.ts";
import { missedFigures } from "./report.ts";
import { benchStartup } from "./startup.ts";

const { values } = parseArgs({
	options: {
		short: { type: "boolean", default: false },
		only: { type: "string" },
		rounds: { type: "string", default: "11" },
	},
});
const rounds = Math.max(11, Number(values.rounds));
const scale = values.short ? 0.25 : 1;
const wants = (name: string): boolean => values.only === undefined || name.includes(values.only);

/** The oldest line that its makers still repair. */
const OLDEST_MAINTAINED = 22;
const isOver = Number(process.versions.node.split(".")[0]) < OLDEST_MAINTAINED;
console.log(
	`Node ${process.version}${isOver ? " (past its end of life)" : ""}, ${rounds} rounds${values.short ? ", short form" : ""}`,
);
if (wants("bytes")) await benchBytes();
if (wants("append")) await benchAppend({ rounds, scale });
if (wants("formats")) await benchFormats({ rounds, scale });
if (wants("kafka")) await benchKafka({ rounds, scale });
if (wants("elasticsearch")) await benchElasticsearch({ rounds, scale });
if (wants("peers")) await benchPeers({ rounds, scale });
if (wants("startup")) await benchStartup({ scale });

const ofOneName = ["bytes", "append", "formats", "kafka", "elasticsearch", "peers", "startup"];
if (values.only === undefined || !ofOneName.includes(values.only)) {
	await benchCalls({ rounds, scale, ...(values.only === undefined ? {} : { only: values.only }) });
}
const missed = missedFigures();
console.log(
	missed.length === 0 ? "\nNo target missed." : `\nTargets missed:\n${missed.join("\n")}`,
);
