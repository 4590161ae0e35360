import { sealer, verifier } from "@mcp-trail/integrity";
import { random } from "./random.ts";
import { eventOf } from "./trails.ts";

/** Started by large.test.ts with --expose-gc: seals and verifies events and says on standard output how much memory that took. */
const events = Number(process.argv[2]);
const rng = random(1);
const streams = [sealer(rng.uuid()), sealer(rng.uuid()), sealer(rng.uuid())];
const samples = Array.from({ length: 64 }, () => eventOf(rng));
const verification = verifier({ context: "trail" });
const lineFeed = Buffer.from("\n");

const collect = globalThis.gc;
if (collect === undefined) throw new Error("start with --expose-gc");
const heapBytes = (): number => {
	collect();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
};

const heaps: number[] = [];
let edited = 0;
verification.begin({ name: "all" });
for (let at = 0; at < events; at++) {
	const { bytes } = rng.pick(streams).seal(rng.pick(samples));
	// One edit in the middle shows that all of it is looked at.
	if (at === Math.floor(events / 2)) {
		bytes[30] = (bytes[30] ?? 0) ^ 1;
		edited = at + 1;
	}
	verification.push(bytes);
	verification.push(lineFeed);
	if ((at + 1) % Math.floor(events / 10) === 0) heaps.push(heapBytes());
}
const { records, faults, bytes } = verification.end();
const seconds = Math.round(performance.now() / 1000);
process.stdout.write(
	JSON.stringify({
		records,
		bytes,
		seconds,
		edited,
		faults: faults.map(({ class: of, place }) => [of, place?.line]),
		heaps,
	}),
);
