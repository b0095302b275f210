import '@xyflow/react/dist/style.css';
import { graphlib, layout } from '@dagrejs/dagre';
import { Alert, Text, useComputedColorScheme } from '@mantine/core';
import { Background, Controls, type Edge, type Node, ReactFlow } from '@xyflow/react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { type DiskGraph, diskGraph } from '../rules/lineage.ts';
import { Problem, Waiting } from './status.tsx';

const WIDTH = 200;
const HEIGHT = 56;

/** Which disk stands on which: masters at the left, what stands on them to the right. The same as a list for who does not see it. */
export function LineageGraph({ image }: { image: string }) {
  const { t, format } = useI18n();
  const colorMode = useComputedColorScheme();
  const { data, error, refetch } = useQuery({
    queryKey: ['lineage', image],
    queryFn: ({ signal }) => api.imageLineage({ params: { name: image } }, { signal }),
  });
  const graph = useMemo(() => (data === undefined ? undefined : diskGraph(data)), [data]);
  const placed = useMemo(() => (graph === undefined ? undefined : place(graph, format.bytes)), [graph, format]);
  if (error !== null) return <Problem error={error} again={() => void refetch()} />;
  if (graph === undefined || placed === undefined) return <Waiting />;
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {t.images.lineageText}
      </Text>
      {data?.complete === false && (
        <Alert color="yellow" mb="xs">
          {[t.operate.incomplete, ...(data.notRead ?? []).map(({ provider, reason }) => `${provider}: ${reason}`)].join(' ')}
        </Alert>
      )}
      <div style={{ height: 420 }} role="group" aria-label={t.images.lineage}>
        <ReactFlow
          {...placed}
          colorMode={colorMode}
          fitView
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
        >
          <Background />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
      <ul>
        {graph.nodes.map((node) => {
          const below = graph.edges.filter((edge) => edge.from === node.id).map((edge) => graph.nodes.find((n) => n.id === edge.to)?.label);
          return (
            <li key={node.id}>
              <Text size="sm" component="span">
                {node.label} ({format.bytes(node.bytes)}){below.length === 0 ? '' : ` → ${below.join(', ')}`}
              </Text>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function place(graph: DiskGraph, bytes: (n: number) => string): { nodes: Node[]; edges: Edge[] } {
  const g = new graphlib.Graph().setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 60 }).setDefaultEdgeLabel(() => ({}));
  for (const { id } of graph.nodes) g.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const { from, to } of graph.edges) g.setEdge(to, from);
  layout(g);
  return {
    nodes: graph.nodes.map(({ id, label, bytes: size }) => {
      const { x, y } = g.node(id) as { x: number; y: number };
      return {
        id,
        position: { x: x - WIDTH / 2, y: y - HEIGHT / 2 },
        data: { label: `${label} · ${bytes(size)}` },
        width: WIDTH,
        height: HEIGHT,
        sourcePosition: 'right' as never,
        targetPosition: 'left' as never,
      };
    }),
    edges: graph.edges.map(({ from, to }) => ({ id: `${from}>${to}`, source: to, target: from })),
  };
}
