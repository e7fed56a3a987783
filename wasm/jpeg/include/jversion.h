/* libjpeg-turbo's jversion.h, whose texts jerror.h puts into its table of messages. */
#define JVERSION  "libjpeg-turbo 3.1.0"
#define JCOPYRIGHT_SHORT  ""
#define JCOPYRIGHT  ""
