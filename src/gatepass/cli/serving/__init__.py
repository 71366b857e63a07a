"""What `gatepass serve` needs beside the server: several processes behind one socket, and the welcome on a laptop."""
