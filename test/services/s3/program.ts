import { fileTrail, openAudit } from "@mcp-trail/audit";
import { s3Sink } from "@mcp-trail/sinks/s3";

// The sender that is killed: program.ts <endpoint> <region> <bucket> <trail> <events> <die at request> <after ms>.
// It dies within an upload; with 0 it lives, delivers everything and says so.
const [endpoint = "", region = "", bucket = "", dir = "", events, dieAt, afterMs] =
	process.argv.slice(2);
const keys = {
	accessKeyId: process.env["S3_ACCESS_KEY_ID"] ?? "test",
	secretAccessKey: process.env["S3_SECRET_ACCESS_KEY"] ?? "test",
};
let requests = 0;
const audit = openAudit({
	service: "sender",
	trail: fileTrail({ dir }),
	closeTimeoutMs: 60_000,
	sinks: [
		s3Sink({
			endpoint,
			region,
			bucket,
			lingerMs: 20,
			maxObjectEvents: 30,
			credentials: async () => {
				requests += 1;
				if (requests === Number(dieAt)) {
					setTimeout(() => process.kill(process.pid, "SIGKILL"), Number(afterMs));
				}
				return keys;
			},
		}),
	],
});
await audit.ready;
for (let index = 0; index < Number(events); index += 1) {
	audit.record({ type: "ext.com.example.paid", severity: "low" });
	if (index % 10 === 9) await audit.flush(AbortSignal.timeout(60_000));
}
const { undelivered } = await audit.close();
process.stdout.write(JSON.stringify(undelivered));
