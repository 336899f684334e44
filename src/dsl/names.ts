/** Words of Verilog-2005 and SystemVerilog-2017 that no name may be, in any case: tools reserve them even in `.v` files. */
const reserved = new Set(
  `accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind bins binsof bit
  break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config const constraint context continue
  cover covergroup coverpoint cross deassign default defparam design disable dist do edge else end endcase endchecker endclass
  endclocking endconfig endfunction endgenerate endgroup endinterface endmodule endpackage endprimitive endprogram endproperty
  endspecify endsequence endtable endtask enum event eventually expect export extends extern final first_match for force foreach
  forever fork forkjoin function generate genvar global highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies
  import incdir include initial inout input inside instance int integer interconnect interface intersect join join_any join_none
  large let liblist library local localparam logic longint macromodule matches medium modport module nand negedge nettype new
  nexttime nmos nor noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive priority
  program property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase
  randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1
  s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled signed small soft solve
  specify specparam static string strong strong0 strong1 struct super supply0 supply1 sync_accept_on sync_reject_on table tagged
  task this throughout time timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union
  unique unique0 unsigned until until_with untyped use uwire var vectored virtual void wait wait_order wand weak weak0 weak1
  while wildcard wire with within wor xnor xor`.split(/\s+/),
);

const shapeProblem = (name: string): string | undefined =>
  /^[a-z][a-z0-9_]*$/.test(name) ? undefined : 'names are lower_snake_case and begin with a letter';

const tailProblem = (name: string): string | undefined =>
  /_\d+$/.test(name) ? 'a name may not end in _<digits>, which netlist tools use for the bits of a bus' : undefined;

/** Why no declaration at all can have this name. */
export const reservedProblem = (name: string): string | undefined =>
  reserved.has(name) ? 'this is a reserved word of Verilog or SystemVerilog' : undefined;

/** Why a port, net or instance cannot have this name in Verilog; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  const clock =
    name === 'clk' || name === 'rst_n' ? 'clk and rst_n are the clock and the reset of every module' : undefined;
  return shapeProblem(name) ?? tailProblem(name) ?? reservedProblem(name) ?? clock;
}

/** The same for a module. */
export const moduleNameProblem = (name: string): string | undefined => shapeProblem(name) ?? reservedProblem(name);

/** The same for a field, which always follows the name of its port: `scores_signed` is a good name. */
export const fieldNameProblem = (name: string): string | undefined => shapeProblem(name) ?? tailProblem(`_${name}`);
