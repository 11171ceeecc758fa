/** What `db init` makes of a new mongod; running it again changes only what differs. */
export interface DatabaseWish {
  /** Port of the mongod in this network namespace. */
  readonly port: number;
  readonly replicaSet: string;
  /** `host:port` of every member as the services reach it, in the order of their member ids. */
  readonly members: readonly string[];
  /** The only database that the service's user may use. */
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly rootPassword: string;
  /** Whether this member makes the set when there is none; of several members only one may. */
  readonly isInitiator: boolean;
}

const MEMBERS_MAX = 7;
const MEMBER = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?:\d{1,5}$/i;
const NAME = /^[a-z][a-z0-9-]{0,62}$/i;
const PASSWORD_MIN_LENGTH = 12;

/**
 * Reads the wish from the environment, because arguments of a process are readable to others.
 * @throws AggregateError with one error per problem
 */
export function readDatabaseWish(environment: Readonly<Record<string, string | undefined>>): DatabaseWish {
  const problems: string[] = [];
  const read = (name: string, fallback: string | undefined, accepts: (text: string) => boolean, form: string) => {
    const text = environment[name] || fallback;
    if (text === undefined) problems.push(`${name} is required: ${form}.`);
    else if (!accepts(text)) problems.push(`${name} must be ${form}.`);
    return text ?? "";
  };
  const isName = (text: string) => NAME.test(text);
  const isPassword = (text: string) => text.length >= PASSWORD_MIN_LENGTH && !/^change-?me/i.test(text);
  const passwordForm = `a password of at least ${PASSWORD_MIN_LENGTH} characters that is no placeholder`;

  const port = read("DB_INIT_PORT", "27017", (text) => Number(text) > 0 && Number(text) < 65_536, "a port");
  const replicaSet = read("DB_INIT_REPLICA_SET", "rs0", isName, "the name of the replica set");
  const members = read("DB_INIT_MEMBERS", undefined, areMembers, `1 to ${MEMBERS_MAX} host:port, separated by commas`);
  const database = read("DB_INIT_DATABASE", undefined, isName, "the name of the service's database");
  const user = read("DB_INIT_USER", undefined, isName, "the name of the service's user");
  const password = read("DB_INIT_PASSWORD", undefined, isPassword, passwordForm);
  const rootPassword = read("DB_INIT_ROOT_PASSWORD", undefined, isPassword, passwordForm);
  if (problems.length > 0) throw new AggregateError(problems, "The environment does not say what to set up.");

  const hosts = members.split(",");
  const self = environment["DB_INIT_SELF"] || undefined;
  const isInitiator = self === undefined || (hosts[0] ?? "").split(/[.:]/)[0] === self;
  return { port: Number(port), replicaSet, members: hosts, database, user, password, rootPassword, isInitiator };
}

function areMembers(text: string): boolean {
  const members = text.split(",");
  return members.length <= MEMBERS_MAX && members.every((member) => MEMBER.test(member));
}
