"""Measures Gatepass beside the servers people would otherwise run, in one run on one machine.

The law: a figure counts only beside another figure of the same run. Servers sit on one core and the load on another,
rounds are interleaved, medians are shown, and the figure that decides is the processor time of the whole server process
per request, since it holds when the machine is busy with something else. Where a peer does less work, the line says so.
"""
