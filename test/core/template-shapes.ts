// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates are written so
/** Shapes of templates that editors of YAML break. Marks as `template-marks.ts` has them; the image is `r.io/shop/web` where nothing else is said. */
import { DIGEST, OLD_DIGEST } from './template-marks.ts';

export interface Shape {
  readonly name: string;
  readonly marked: string;
  readonly repository?: string;
  readonly hosts?: readonly string[];
  readonly parameters?: Readonly<Record<string, string>>;
  /** Places that name the image; 1 where nothing is said. */
  readonly matched?: number;
}

const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

export const SHAPES: readonly Shape[] = [
  {
    name: 'a Deployment among other documents, with comments, other images and odd spacing',
    marked: `# the shop
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: apps/v1
kind:   Deployment     # aligned
metadata:
  name: web

spec:
  template:
    spec:
      initContainers:
      - image: 'r.io/shop/web‹:blue›'   # same image
        name: migrate
      containers:
        -   name: web
            image: r.io/shop/web‹:blue› # {"$imagepolicy": "x"}
        -   name: sidecar
            image: r.io/shop/sidecar:blue
---
# nothing here
`,
    matched: 2,
  },
  { name: 'plain', marked: 'image: r.io/shop/web‹:blue›\n' },
  { name: 'single quotes', marked: "image: 'r.io/shop/web‹:blue›'\n" },
  { name: 'double quotes', marked: 'image: "r.io/shop/web‹:blue›"\n' },
  { name: 'no newline at the end', marked: 'image: r.io/shop/web‹:blue›' },
  { name: 'no tag', marked: 'image: r.io/shop/web‹› # latest\n' },
  { name: 'tag and digest', marked: `image: r.io/shop/web‹:blue@${OLD_DIGEST}›\n` },
  { name: 'digest only', marked: `image: "r.io/shop/web‹@${OLD_DIGEST}›"\n` },
  { name: 'literal block, stripped', marked: 'image: |-\n  r.io/shop/web‹:blue›\nname: x\n' },
  {
    name: 'literal block, clipped, the same text in the comment of its header',
    marked: 'image: |   # r.io/shop/web:blue\n    r.io/shop/web‹:blue›\nname: x\n',
  },
  { name: 'folded block', marked: 'image: >-\n  r.io/shop/web‹:blue›\n' },
  { name: 'block that keeps its blank lines', marked: 'a:\n  image: |+\n    r.io/shop/web‹:blue›\n\n\n  b: 1\n' },
  { name: 'block with an indentation indicator', marked: 'image: |2-\n  r.io/shop/web‹:blue›\n' },
  { name: 'folded block that begins with a blank line', marked: 'image: >\n\n  r.io/shop/web‹:blue›\n\n' },
  { name: 'flow mapping', marked: 'c: {name: x, image: r.io/shop/web‹:blue›, args: [a, b]}\n' },
  { name: 'flow mapping that ends at once', marked: 'c: {image: r.io/shop/web‹:blue›}\n' },
  { name: 'flow list over lines, with comments', marked: 'containers: [ # all\n  {\n    image: r.io/shop/web‹:blue› , # web\n    name: x\n  },\n]\n' },
  { name: 'JSON', marked: '{\n  "kind": "Deployment",\n  "spec": {"containers": [{"image": "r.io/shop/web‹:blue›"}]}\n}' },
  { name: 'JSON on one line without blanks', marked: '{"spec":{"containers":[{"image":"r.io/shop/web‹:blue›","name":"x"}]}}' },
  { name: 'JSON indented by tabs', marked: '{\n\t"spec": {\n\t\t"image":\t"r.io/shop/web‹:blue›"\n\t}\n}\n' },
  { name: 'JSON with escaped slashes', marked: '{"image":"r.io\\/shop\\/web‹:blue›"}' },
  { name: 'escaped letters in the name and in the tag', marked: 'image: "r.io/sh\\x6fp/\\u0077eb‹:bl\\x75e›" # x\n' },
  { name: 'an escaped colon before the tag', marked: 'image: "r.io/shop/web‹\\u003ablue›"\n' },
  { name: 'double quotes over lines', marked: 'image: "r.io/\\\n   shop/web‹:blue›"\nname: x\n' },
  { name: 'double quotes over lines, Windows line ends', marked: 'image: "r.io/\\\r\n   shop/web‹:blue›"\r\nname: x\r\n' },
  { name: 'anchor and alias', marked: 'a:\n  image: &img r.io/shop/web‹:blue›\nb:\n  image: *img\n', matched: 2 },
  { name: 'anchor where it is no image', marked: 'x-image: &img "r.io/shop/web‹:blue›"\nspec: {image: *img , other: *img }\n' },
  { name: 'anchor in data that is not looked at', marked: 'kind: ConfigMap\ndata: {v: &v r.io/shop/web‹:blue›}\nspec:\n  image: *v\n' },
  { name: 'merge key', marked: 'base: &base\n  image: r.io/shop/web‹:blue›\n  pull: Always\na:\n  <<: *base\n  name: a\nb: {<<: [*base], name: b}\n' },
  { name: 'alias of a whole container', marked: 'a: &c\n  image: r.io/shop/web‹:blue›\nlist: [*c, *c]\n' },
  { name: 'the same anchor name twice', marked: 'a: {image: &i r.io/shop/web‹:blue›}\nb: {image: &i r.io/other:1}\nc: {image: *i }\n' },
  { name: 'tag and anchor', marked: 'a: {image: !!str &x r.io/shop/web‹:blue›}\nb: {image: &y !!str "r.io/shop/web‹:blue›"}\n', matched: 2 },
  { name: 'quoted keys', marked: '"image": r.io/shop/web‹:blue›\nb:\n  \'image\': r.io/shop/web‹:blue›\n', matched: 2 },
  { name: 'explicit key', marked: '? image\n: r.io/shop/web‹:blue›\n' },
  {
    name: 'explicit key in quotes, value on a line of its own, comments between',
    marked: '? "image" # key\n# between\n:\n  # before\n  r.io/shop/web‹:blue›\n',
  },
  { name: 'value on the next line', marked: 'image:\n    r.io/shop/web‹:blue›\nname: x\n' },
  { name: 'comment between key and value', marked: 'image: # r.io/shop/web:blue\n  r.io/shop/web‹:blue›\n' },
  { name: 'blanks before the colon and behind the value', marked: 'image  :   r.io/shop/web‹:blue›   \nname: x\t\n' },
  { name: 'tab before the value', marked: 'image:\tr.io/shop/web‹:blue›\t# x\n' },
  { name: 'lists in lists', marked: 'a:\n- - image: r.io/shop/web‹:blue›\n    name: x\n- -   - {image: r.io/shop/web‹:blue›}\n', matched: 2 },
  {
    name: 'Windows line ends',
    marked: crlf('# x\nkind: Pod\nspec:\n  containers:\n  - image: r.io/shop/web‹:blue›\n    name: x\n---\nb: |\n  image: r.io/shop/web:blue\n'),
  },
  { name: 'Windows line ends, block', marked: crlf('image: |-\n  r.io/shop/web‹:blue›\nname: x\n') },
  { name: 'mixed line ends', marked: 'a: 1\r\nimage: r.io/shop/web‹:blue›\nb: 2\r\n' },
  { name: 'byte order mark', marked: '\ufeffimage: r.io/shop/web‹:blue›\n' },
  { name: 'letters of two units before it', marked: 'note: "灰度 🚀 é"\nimage: r.io/shop/web‹:blue› # 🚀\n名: 值\n' },
  { name: 'directives and document ends', marked: '%YAML 1.2\n---\nimage: r.io/shop/web‹:blue›\n...\n# between\n%TAG ! tag:x,2000:\n---\na: 1\n...\n' },
  {
    name: 'document on the line of its marker',
    marked: '--- {image: r.io/shop/web‹:blue›}\n--- # empty\n---\n--- !!map\nimage: r.io/shop/web‹:blue›\n',
    matched: 2,
  },
  { name: 'empty documents around', marked: '---\n---\n# only a comment\n---\nimage: r.io/shop/web‹:blue›\n---\n' },
  { name: 'in comments', marked: '# image: r.io/shop/web:blue\nimage: r.io/shop/web‹:blue› # image: r.io/shop/web:blue\n#image: r.io/shop/web:blue' },
  {
    name: 'in block strings',
    marked:
      'script: |\n  image: r.io/shop/web:blue\nfolded: >\n  image:\n    r.io/shop/web:blue\nimage: r.io/shop/web‹:blue›\nquoted: "\n  image: r.io/shop/web:blue\n  "\n',
  },
  {
    name: 'in data of a ConfigMap and a Secret',
    marked:
      'kind: ConfigMap\ndata:\n  image: r.io/shop/web:blue\n  x.yaml: |\n    image: r.io/shop/web:blue\n---\nkind: List\nitems:\n- kind: Secret\n  stringData: {image: r.io/shop/web:blue}\n- kind: Pod\n  data: {image: r.io/shop/web‹:blue›}\n',
  },
  {
    name: 'labels, annotations and selectors',
    marked:
      'metadata:\n  labels: {image: r.io/shop/web}\n  annotations:\n    image: r.io/shop/web:blue\nspec:\n  selector:\n    matchLabels: {image: r.io/shop/web}\n  image: r.io/shop/web‹:blue›\n',
  },
  {
    name: 'lists of plain strings and other keys',
    marked: 'images: [r.io/shop/web:blue]\nimageName: r.io/shop/web:blue\nimage: r.io/shop/web‹:blue›\nargs:\n- image\n- r.io/shop/web:blue\n',
  },
  {
    name: 'custom resources',
    marked:
      'kind: Rollout\nspec:\n  image: r.io/shop/web‹:blue›\n  deep:\n    er: [{nested: {image: r.io/shop/web‹:blue›}}]\nstatus:\n  image: {type: string}\n',
    matched: 2,
  },
  {
    name: 'neighbours with almost the same name',
    marked:
      'a: {image: r.io/shop/web2:blue}\nb: {image: r.io/shop/web/sub:blue}\nc: {image: r.io/shop/web‹:blue›}\nd: {image: x.io/shop/web:blue}\ne: {image: shop/web:blue}\n',
  },
  { name: 'port', marked: 'image: r.io:5000/shop/web‹:blue›\n', repository: 'r.io:5000/shop/web' },
  { name: 'port and no tag', marked: 'image: "r.io:5000/shop/web‹›"\n', repository: 'r.io:5000/shop/web' },
  { name: 'IPv6 host', marked: "image: '[2001:db8::1]:5000/web‹:blue›'\n", repository: '[2001:db8::1]:5000/web' },
  { name: 'upper-case host stays as written', marked: 'image: R.IO/shop/web‹:blue›\n' },
  { name: 'short name of Docker Hub stays as written', marked: 'image: redis‹›\n', repository: 'docker.io/library/redis' },
  {
    name: 'other names of Docker Hub',
    marked: 'a: [{image: library/redis‹:7›}, {image: docker.io/redis‹:7›}, {image: index.docker.io/library/redis‹:7›}]\n',
    repository: 'docker.io/library/redis',
    matched: 3,
  },
  { name: 'another host of the same registry', marked: 'image: vpc.r.io/shop/web‹:blue›\n', hosts: ['vpc.r.io'] },
  { name: 'placeholder for the host', marked: 'image: ${registry}/shop/web‹:blue›\n', parameters: { registry: 'r.io' } },
  {
    name: 'placeholders for host and port',
    marked: 'image: "${h}:${p}/shop/web‹:blue›"\n',
    parameters: { h: 'r.io', p: '5000' },
    repository: 'r.io:5000/shop/web',
  },
  { name: 'placeholder for the whole name', marked: 'image: ${repository}‹:blue›\n', parameters: { repository: 'r.io/shop/web' } },
  { name: 'placeholder for the whole name and no tag', marked: "image: '${repository}‹›'\n", parameters: { repository: 'r.io/shop/web' } },
  { name: 'placeholders elsewhere', marked: 'name: ${name}\n"${key}": $${kept}\nimage: r.io/shop/web‹:blue›\nb: {image: "${unknown}/shop/web:blue"}\n' },
  { name: 'pieces in keys of their own', marked: 'image:\n  repository: r.io/shop/web\n  tag: ‹blue⇒green› # tag\n  pullPolicy: Always\n' },
  { name: 'pieces, a tag that is a number', marked: 'image: {repository: r.io/shop/web, tag: ‹1.10⇒green›}\n' },
  { name: 'pieces, quoted', marked: 'image: {repository: "r.io/shop/web", tag: "‹1.10⇒green›"}\n' },
  { name: 'pieces with digest', marked: `image:\n  digest: ‹${OLD_DIGEST}⇒${DIGEST}›\n  tag: '‹blue⇒green›'\n  repository: r.io/shop/web\n` },
  { name: 'pieces with a host of their own', marked: 'image:\n  registry: r.io\n  repository: shop/web\n  tag: |-\n    ‹blue⇒green›\n' },
  { name: 'pieces that are empty before a comment', marked: `image:\n  repository: r.io/shop/web\n  tag:‹⇒ green›\n  digest: ‹⇒${DIGEST} ›# none yet\n` },
  { name: 'pieces that are empty in a flow mapping', marked: `image: {repository: r.io/shop/web, tag:‹⇒ green›,digest: "‹⇒${DIGEST}›"}\n` },
  { name: 'pieces behind anchors', marked: 'version: &v ‹blue⇒green›\nimage: {repository: r.io/shop/web, tag: *v }\n' },
];
