package io.espalier.surgery;
import io.espalier.testing.RandomGraphs;
public class DebugSeed { public static void main(String[] a) { 
 if (a.length == 2) { int bad = 0, cut = 0; for (long s = Long.parseLong(a[0]); s < Long.parseLong(a[1]); s++) { try { if (new PropertyCheck(s).call() > 0) cut++; } catch (Throwable t) { if (bad++ < 25) System.out.println(s + " " + t); } } System.out.println("bad " + bad + " cut " + cut); return; }
 var g = RandomGraphs.of(Long.parseLong(a[0])); g.nodes().forEach(n -> System.out.println(n.op().label()+" "+n.name()+" "+n.inputs()+" -> "+n.outputs()+" "+g.shape(n.output()).get() + " " + n.op()));
 System.out.println(g.outputs());
 try { System.out.println(new PropertyCheck(Long.parseLong(a[0])).call()); } catch (Throwable t) { t.printStackTrace(System.out); } } }
