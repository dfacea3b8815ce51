/** The actions of Lambda that a deployment needs, with the role of the application. Imported dynamically: only its users pay for the client. */
import {
  GetAliasCommand,
  GetFunctionCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { AwsFailure, asking } from './aws-errors.ts';
import { assumeRole, TIMES } from './aws-role.ts';
import type { LambdaConfig } from './lambda-config.ts';
import { type LambdaFunction, type LambdaState, readFunction, readState } from './lambda-function.ts';
import type { TargetIo } from './target.ts';

export interface LambdaAlias {
  readonly name: string;
  readonly version: string;
  /** Shares of the traffic that other versions get. */
  readonly weights: Readonly<Record<string, number>>;
  readonly revisionId: string | undefined;
}

/** Every function throws `AwsFailure`. `moved`: somebody changed it since it was read. */
export interface LambdaApi {
  /** `$LATEST`, or another version. */
  function(version?: string): Promise<LambdaFunction>;
  /** The version that was published last; undefined before the first. */
  lastVersion(): Promise<LambdaState | undefined>;
  alias(name: string): Promise<LambdaAlias>;
  update(imageUri: string, seen: LambdaState): Promise<LambdaState | 'moved'>;
  /** The version of this very code: a new one, or the last one where nothing changed since. */
  publish(seen: LambdaState): Promise<LambdaState | 'moved'>;
  /** All of its traffic to one version. */
  move(alias: LambdaAlias, version: string): Promise<LambdaAlias | 'moved'>;
}

export const connectLambda = async ({ region, function: name, roleArn }: LambdaConfig, application: string, io: TargetIo): Promise<LambdaApi> => {
  const credentials = await assumeRole(roleArn, application, io);
  const client = new LambdaClient({ ...TIMES, region, credentials });
  // The end of the attempt is also the end of its connections.
  io.signal.addEventListener('abort', () => client.destroy(), { once: true });
  const options = { abortSignal: io.signal };
  return {
    function: async (version) =>
      readFunction(await asking('lambda:GetFunction', client.send(new GetFunctionCommand({ FunctionName: name, Qualifier: version }), options))),
    lastVersion: async () => {
      let last: LambdaState | undefined;
      let marker: string | undefined;
      // In ascending order, 50 at a time, and nothing leads to the end.
      do {
        const command = new ListVersionsByFunctionCommand({ FunctionName: name, Marker: marker });
        const { Versions = [], NextMarker } = await asking('lambda:ListVersionsByFunction', client.send(command, options));
        last = Versions.map(readState).findLast(({ version }) => version !== '$LATEST') ?? last;
        marker = NextMarker;
      } while (marker !== undefined && marker !== '');
      return last;
    },
    alias: async (alias) => readAlias(await asking('lambda:GetAlias', client.send(new GetAliasCommand({ FunctionName: name, Name: alias }), options))),
    update: (imageUri, { revisionId }) => {
      const command = new UpdateFunctionCodeCommand({ FunctionName: name, ImageUri: imageUri, RevisionId: revisionId });
      return unlessMoved(asking('lambda:UpdateFunctionCode', client.send(command, options)).then(readState));
    },
    publish: ({ revisionId, codeSha256 }) => {
      const command = new PublishVersionCommand({ FunctionName: name, RevisionId: revisionId, CodeSha256: codeSha256 });
      return unlessMoved(asking('lambda:PublishVersion', client.send(command, options)).then(readState));
    },
    move: ({ name: alias, revisionId }, version) => {
      const command = new UpdateAliasCommand({
        FunctionName: name,
        Name: alias,
        FunctionVersion: version,
        RevisionId: revisionId,
        RoutingConfig: { AdditionalVersionWeights: {} },
      });
      return unlessMoved(asking('lambda:UpdateAlias', client.send(command, options)).then(readAlias));
    },
  };
};

interface AnsweredAlias {
  readonly Name?: string | undefined;
  readonly FunctionVersion?: string | undefined;
  readonly RevisionId?: string | undefined;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> | undefined } | undefined;
}

const readAlias = ({ Name = '', FunctionVersion = '', RevisionId, RoutingConfig }: AnsweredAlias): LambdaAlias => ({
  name: Name,
  version: FunctionVersion,
  weights: RoutingConfig?.AdditionalVersionWeights ?? {},
  revisionId: RevisionId,
});

/** Another hash than the one that was read is not a failed precondition in the words of Lambda, but an invalid parameter. */
const unlessMoved = async <T>(call: Promise<T>): Promise<T | 'moved'> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof AwsFailure && error.cause instanceof Error) {
      const { name, message } = error.cause;
      if (name === 'PreconditionFailedException' || (name === 'InvalidParameterValueException' && /^CodeSHA256 /i.test(message))) return 'moved';
    }
    throw error;
  }
};
