/** The program's entry: the commands of src/cli, and those that need the server's own code, loaded only when they are called. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { makeProgram, runProgram } from '../cli/program.ts';
import { defaultDataDir } from './installation.ts';
import { VERSION } from './version.ts';

const positive = (text: string): number => {
  const n = Number(text);
  if (!Number.isInteger(n) || n <= 0) throw new InvalidArgumentError('a positive whole number is needed');
  return n;
};

function dataDirOf(command: Command): string {
  const { data } = command.optsWithGlobals<{ data?: string }>();
  return data === undefined ? defaultDataDir() : defaultDataDir({ CARREL_DATA: data });
}

function tlsFiles({ tlsCert, tlsKey }: { tlsCert?: string; tlsKey?: string }): { certFile: string; keyFile: string } | undefined {
  if (!tlsCert && !tlsKey) return undefined;
  if (tlsCert && tlsKey) return { certFile: tlsCert, keyFile: tlsKey };
  throw new InvalidArgumentError('--tls-cert and --tls-key are given together');
}

const program = makeProgram({ version: VERSION, defaultDataDir });

program
  .command('serve')
  .description('run the server: store, engine and API, until Ctrl-C; machines go on running')
  .option('--listen <address>', 'HOST:PORT; port 0 = any that is free', process.env.CARREL_LISTEN ?? '127.0.0.1:7077')
  .option('--max-machines <n>', 'most machines at one time (default: by memory)', positive)
  .option('--max-memory <mib>', 'MiB promised to machines at most (default: what the host has, less 1 GiB)', positive)
  .option('--max-vcpus <n>', 'virtual CPUs promised at most (default: 8 per core)', positive)
  .option('--max-storage <mib>', 'MiB of storage promised to disks of machines at most (default: the size of its file system)', positive)
  .option('--max-image <gib>', 'largest disk of an image that is brought, in GiB (default: 200)', positive)
  .option(
    '--trust-proxy <addresses>',
    'proxies whose X-Forwarded-For is believed, by commas (default: none)',
    process.env.CARREL_TRUST_PROXY,
  )
  .option(
    '--tls-cert <file>',
    'serve HTTPS with this certificate (PEM, with those between it and its authority)',
    process.env.CARREL_TLS_CERT,
  )
  .option('--tls-key <file>', 'its key (PEM); both files are taken anew when they change', process.env.CARREL_TLS_KEY)
  .option(
    '--advertise <url>',
    'where the other servers and people reach this one (default: where it listens)',
    process.env.CARREL_ADVERTISE,
  )
  .option('--no-qemu', "without this machine's own QEMU as a provider: only those that were added")
  .addOption(
    new Option('--log-level <level>', 'from which on it is logged')
      .choices(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .env('CARREL_LOG')
      .default('info'),
  )
  .action(
    async (
      options: {
        qemu: boolean;
        listen: string;
        maxMachines?: number;
        maxMemory?: number;
        maxVcpus?: number;
        maxStorage?: number;
        maxImage?: number;
        trustProxy?: string;
        tlsCert?: string;
        tlsKey?: string;
        logLevel: string;
        advertise?: string;
      },
      command: Command,
    ) => {
      const { serve } = await import('./serve.ts');
      process.exitCode = await serve({
        dataDir: dataDirOf(command),
        listen: options.listen,
        databaseUrl: process.env.DATABASE_URL || undefined,
        logLevel: options.logLevel,
        trustProxy: options.trustProxy || undefined,
        tls: tlsFiles(options),
        qemu: options.qemu,
        advertise: options.advertise || undefined,
        maxImageBytes: options.maxImage === undefined ? undefined : options.maxImage * 2 ** 30,
        limits: {
          ...(options.maxMachines === undefined ? {} : { machines: options.maxMachines }),
          ...(options.maxMemory === undefined ? {} : { memoryMiB: options.maxMemory }),
          ...(options.maxVcpus === undefined ? {} : { vcpus: options.maxVcpus }),
          ...(options.maxStorage === undefined ? {} : { storageMiB: options.maxStorage }),
        },
      });
    },
  );

program.commands
  .find((command) => command.name() === 'server')
  ?.command('join')
  .description('make a data directory (--data DIR) for a further server of the installation in DATABASE_URL; then: carrel serve')
  .option('--key-file <file>', 'a copy of secrets.key of a server that is there', process.env.CARREL_KEY_FILE)
  .action(async (options: { keyFile?: string }, command: Command) => {
    const { joinInstallation } = await import('./join.ts');
    const dataDir = dataDirOf(command);
    const { id } = await joinInstallation({
      dataDir,
      databaseUrl: process.env.DATABASE_URL || undefined,
      keyFile: options.keyFile || undefined,
    });
    const json = command.optsWithGlobals<{ json?: boolean }>().json ?? false;
    process.stdout.write(
      json ? `${JSON.stringify({ dataDir, installation: id })}\n` : `joined ${id}; start it: carrel serve --data ${dataDir}\n`,
    );
  });

program
  .command('demo')
  .description('lend one machine for real: build the starter image, serve, reserve, log in')
  .option('--once', 'end what was begun, prove that nothing is left, print one JSON object')
  .option('--listen <address>', 'HOST:PORT; port 0 = any that is free', process.env.CARREL_LISTEN ?? '127.0.0.1:7077')
  .addOption(new Option('--vsphere <kind>', 'on a simulated vSphere instead of QEMU').choices(['vcenter', 'esxi']))
  .action(async (options: { once?: boolean; listen: string; vsphere?: 'vcenter' | 'esxi' }, command: Command) => {
    if (options.vsphere !== undefined) {
      const { demoVSphere } = await import('./demo-vsphere.ts');
      process.exitCode = await demoVSphere({ kind: options.vsphere, listen: options.listen, once: options.once ?? false });
      return;
    }
    const { demo } = await import('./demo.ts');
    process.exitCode = await demo({ dataDir: dataDirOf(command), listen: options.listen, once: options.once ?? false });
  });

program
  .command('doctor')
  .description('what this machine has and lacks for lending machines, and how to get it')
  .action(async (_options: object, command: Command) => {
    const { doctor } = await import('./doctor.ts');
    process.exitCode = await doctor({ dataDir: dataDirOf(command), json: command.optsWithGlobals<{ json?: boolean }>().json ?? false });
  });

program
  .command('backup <file>')
  .description(
    "write the store, this installation's identity and its key to one file, also while the server runs; keep it as safe as a password",
  )
  .option('--with-images', 'and the golden disks of this host')
  .action(async (file: string, options: { withImages?: boolean }, command: Command) => {
    const { backupCommand } = await import('./backup-commands.ts');
    process.exitCode = await backupCommand({
      dataDir: dataDirOf(command),
      databaseUrl: process.env.DATABASE_URL || undefined,
      file,
      images: options.withImages ?? false,
      json: command.optsWithGlobals<{ json?: boolean }>().json ?? false,
    });
  });

program
  .command('restore <file>')
  .description('from a backup to a data directory that is empty (--data DIR); the server is started afterwards')
  .action(async (file: string, _options: object, command: Command) => {
    const { restoreCommand } = await import('./backup-commands.ts');
    process.exitCode = await restoreCommand({
      dataDir: dataDirOf(command),
      databaseUrl: process.env.DATABASE_URL || undefined,
      file,
      json: command.optsWithGlobals<{ json?: boolean }>().json ?? false,
    });
  });

program
  .command('vsim')
  .description('a vSphere to try things on: SOAP over TLS, honest disk chains; see its own --help')
  .allowUnknownOption()
  .helpOption(false)
  .argument('[options...]')
  .action(async () => {
    const { main } = await import('../vsim/program.ts');
    process.exitCode = await main(process.argv.slice(process.argv.indexOf('vsim') + 1));
  });

await runProgram(program, process.argv);
