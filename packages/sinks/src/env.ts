/** Reads an environment variable; the one place of this package that does. */
export function readEnv(name: string): string | undefined {
	return process.env[name];
}
