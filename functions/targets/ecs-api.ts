/**
 * The five ECS actions that a deployment needs, with the role of the application. Imported dynamically: the client is the
 * heaviest part of the function, and only its users pay for it.
 *
 * The SDK drops fields that its version does not know, on the way in and on the way out; a task definition that is read
 * and registered again would lose them in silence. Those two commands therefore let the JSON itself through: "low" puts
 * their step behind the SDK's own serializer and in front of its deserializer.
 */
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  type Task,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import type { Fields } from '../core/fields.ts';
import { asking } from './aws-errors.ts';
import { assumeRole, TIMES } from './aws-role.ts';
import type { EcsConfig } from './ecs-config.ts';
import { readTaskDefinition, type TaskDefinition } from './ecs-task-definition.ts';
import type { TargetIo } from './target.ts';

/** Every function throws `AwsFailure`. */
export interface EcsApi {
  /** Undefined when there is none of that name. */
  service(): Promise<Service | undefined>;
  /** By ARN, or the latest active revision of a family. */
  taskDefinition(name: string): Promise<TaskDefinition>;
  /** The ARN of the new revision. */
  register(registration: Fields): Promise<string>;
  update(change: { readonly taskDefinition: string } | { readonly forceNewDeployment: true }): Promise<Service | undefined>;
  /** Some that stopped lately. */
  stoppedTasks(): Promise<readonly Task[]>;
}

const MOST_STOPPED = 10;

export const connectEcs = async ({ region, cluster, service, roleArn }: EcsConfig, application: string, io: TargetIo): Promise<EcsApi> => {
  const credentials = await assumeRole(roleArn, application, io);
  const client = new ECSClient({ ...TIMES, region, credentials });
  // The end of the attempt is also the end of its connections.
  io.signal.addEventListener('abort', () => client.destroy(), { once: true });
  const options = { abortSignal: io.signal };
  return {
    service: async () => {
      const { services = [] } = await asking('ecs:DescribeServices', client.send(new DescribeServicesCommand({ cluster, services: [service] }), options));
      return services[0];
    },
    taskDefinition: async (name) => {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: name, include: ['TAGS'] });
      let body: Uint8Array | undefined;
      command.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          body = await takeBody(result.response);
          return result;
        },
        { step: 'deserialize', priority: 'low', name: 'keepBody' },
      );
      await asking('ecs:DescribeTaskDefinition', client.send(command, options));
      const definition = readTaskDefinition(JSON.parse(new TextDecoder().decode(body)));
      if (!definition.ok) throw new Error(`ecs:DescribeTaskDefinition of ${name}: ${definition.why}`);
      return definition.value;
    },
    register: async (registration) => {
      const command = new RegisterTaskDefinitionCommand({ family: String(registration.family), containerDefinitions: [] });
      command.middlewareStack.add(
        (next) => (args) => {
          const { request } = args;
          if (typeof request !== 'object' || request === null || !('body' in request)) throw new Error('the SDK made no request with a body');
          request.body = JSON.stringify(registration);
          return next(args);
        },
        { step: 'serialize', priority: 'low', name: 'sendBody' },
      );
      const { taskDefinition } = await asking('ecs:RegisterTaskDefinition', client.send(command, options));
      if (taskDefinition?.taskDefinitionArn === undefined) throw new Error('ecs:RegisterTaskDefinition gave no ARN');
      return taskDefinition.taskDefinitionArn;
    },
    update: async (change) => (await asking('ecs:UpdateService', client.send(new UpdateServiceCommand({ cluster, service, ...change }), options))).service,
    stoppedTasks: async () => {
      const { taskArns = [] } = await asking(
        'ecs:ListTasks',
        client.send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'STOPPED', maxResults: MOST_STOPPED }), options),
      );
      if (taskArns.length === 0) return [];
      return (await asking('ecs:DescribeTasks', client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }), options))).tasks ?? [];
    },
  };
};

/** Reads the body of an answer and puts it back for the SDK. */
const takeBody = async (response: unknown): Promise<Uint8Array> => {
  if (typeof response !== 'object' || response === null || !('body' in response)) throw new Error('the answer of AWS has no body');
  const { body } = response;
  const parts: Uint8Array[] = [];
  if (body instanceof Uint8Array) parts.push(body);
  else if (isStream(body)) for await (const part of body) parts.push(part);
  const whole = new Uint8Array(Buffer.concat(parts));
  response.body = whole;
  return whole;
};

const isStream = (body: unknown): body is AsyncIterable<Uint8Array> => typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
